import { randomBytes } from 'node:crypto'

import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { inspectSpace } from '@skein/memory/runtime'
import { backup, restore, sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'

import { temporaryPath } from './temporary.ts'

const encryption = { keys: { k1: randomBytes(32) }, current: 'k1' }
const boss = { id: 'boss', role: 'r', clearance: { level: 'confidential' }, rights: ['administer'] } as const
const secret = { sensitivity: 'confidential' } as const

async function open(path: string, options: { maxChanges?: number; maxChangeAgeMs?: number } = {}): Promise<Memory> {
  const memory = await openMemory({ store: sqliteStore({ path, ...options }), encryption, auditKeepMs: 0 })
  onTestFinished(() => memory.close())
  await memory.reseal()
  return memory
}

it('a backup of sealed records that is restored is not taken for older records that were put back', async () => {
  const path = temporaryPath()
  const memory = await open(path)
  const { facts } = memory.as(boss)
  await facts.set('pay', 'old', secret)
  await facts.set('gone', 'deleted later', secret)
  await backup(path, `${path}.copy`)
  for (let time = 0; time < 3; time += 1) await facts.set('pay', 'new', secret)
  await facts.delete('gone')
  await memory.close()
  await restore(`${path}.copy`, path, { overwrite: true })
  const restored = await open(path)
  const view = restored.as(boss)
  expect([await view.facts.get('pay'), await view.facts.get('gone')]).toEqual(['old', 'deleted later'])
  expect(await Array.fromAsync(view.verify())).toEqual([])
  await view.facts.set('pay', 'newest', secret)
  await view.facts.delete('gone')
  await restored.close()
  const again = (await open(path)).as(boss)
  expect([await again.facts.get('pay'), await again.facts.get('gone')]).toEqual(['newest', undefined])
  expect(await Array.fromAsync(again.verify())).toEqual([])
})

it('a sealed record that is older than all of the feed is not doubted', async () => {
  const path = temporaryPath()
  const memory = await open(path, { maxChanges: 10, maxChangeAgeMs: 1 })
  const { facts } = memory.as(boss)
  await facts.set('pay', 'old', secret)
  await using store = await sqliteStore({ path, maxChanges: 10, maxChangeAgeMs: 1 }).open('default', 'writer')
  const first = async (): Promise<number | undefined> => (await store.changes(0, 1)).changes[0]?.seq
  for (let count = 0; ((await first()) ?? 0) < 10; count += 1) {
    await facts.set('other', count, secret)
    await store.sweep(1)
  }
  const later = await open(path)
  expect(await later.as(boss).facts.get('pay')).toBe('old')
  expect((await inspectSpace({ store: sqliteStore(path), encryption })).corruptions).toEqual([])
})

it('a row that is put back through the triggers of the feed is an error, too', async () => {
  const path = temporaryPath()
  const memory = await open(path)
  const { facts } = memory.as(boss)
  await facts.set('pay', 'old', secret)
  const db = new Database(path)
  onTestFinished(() => void db.close())
  db.exec(`CREATE TABLE kept AS SELECT * FROM records_1 WHERE id = 'pay'`)
  await facts.set('pay', 'new', secret)
  db.exec(`INSERT OR REPLACE INTO records_1 SELECT * FROM kept; DROP TABLE kept`)
  await expect(facts.read('pay', { consistency: 'strong' })).rejects.toMatchObject({ code: 'SKEIN_CORRUPT' })
  await expect((await open(path)).as(boss).facts.get('pay')).rejects.toMatchObject({ code: 'SKEIN_CORRUPT' })
})
