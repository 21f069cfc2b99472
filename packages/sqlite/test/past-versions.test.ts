import { openMemory } from '@skein/memory'
import type { Facts } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'

import { temporaryPath } from './temporary.ts'

const ann = { id: 'ann', role: 'test' } as const
const admin = { id: 'ada', role: 'operator', rights: ['administer'] } as const

const versionsOf = async (facts: Facts, key: string): Promise<unknown[]> =>
  (await facts.history(key)).map(({ value }) => value)

function pastRows(path: string): number {
  const db = new Database(path, { readonly: true })
  const count = db.prepare('SELECT count(*) FROM past_1').pluck().get() as number
  db.close()
  return count
}

it('the past of a record outlives its row, and goes on when the record is written anew', async () => {
  const path = temporaryPath()
  await using memory = await openMemory({ store: sqliteStore(path) })
  const { facts } = memory.as(ann)
  await facts.set('price', 10)
  await facts.set('price', 12, { ttlMs: 1 })
  await using store = await sqliteStore(path).open('default', 'writer')
  await expect.poll(() => facts.read('price', { consistency: 'strong' })).toBeUndefined()
  expect(await store.sweep(100)).toBe(1)
  expect(await versionsOf(facts, 'price')).toContain(10)
  await facts.set('price', 14)
  await facts.set('price', 16)
  expect(await versionsOf(facts, 'price')).toEqual([16, 14, 10])
  expect(await Array.fromAsync(memory.as(admin).verify())).toEqual([])
  await memory.as(ann).forget('facts/price', { reason: 'It was wrong.' })
  expect(pastRows(path)).toBe(0)
})

it('a version that no later one leads to is found by `verify`', async () => {
  const path = temporaryPath()
  await using memory = await openMemory({ store: sqliteStore(path) })
  const { facts } = memory.as(ann)
  for (const value of [1, 2, 3, 4]) await facts.set('price', value)
  const db = new Database(path)
  db.exec('UPDATE past_1 SET prev = NULL WHERE version = 3')
  db.close()
  expect(await versionsOf(facts, 'price')).toEqual([4, 3])
  expect(await Array.fromAsync(memory.as(admin).verify())).toEqual([
    expect.objectContaining({
      collection: 'facts',
      id: 'price',
      problem: 'Its past version 2 exists, but no later version points to it.',
    }),
  ])
})
