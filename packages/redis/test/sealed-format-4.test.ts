import { copyFileSync } from 'node:fs'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { inspectSpace } from '@skein/memory/runtime'
import { migrateSpaces, redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { currentFormat } from '../src/records/row-format.ts'
import { rowsIn, unchanged } from './format-3.ts'
import { temporaryFolder } from './places.ts'
import { missing, startServer } from './redis-server.ts'

// fixtures/format-4.rdb is a snapshot of Redis 7.0, written by the last code of format 4, whose seals bound neither labels
// nor positions. Its space `sealed` is sealed with k1, which is 32 bytes of 7; `plain` holds the same without a key.
const keys = { k1: Buffer.alloc(32, 7) }
const encryption = { keys, current: 'k1' }
const ann = {
  id: 'ann',
  role: 'sales',
  clearance: { level: 'confidential', compartments: ['finance', 'legal'] },
  rights: ['administer'],
} as const

async function startFormer(): Promise<{ url: string; admin: Redis }> {
  const folder = temporaryFolder()
  copyFileSync(join(import.meta.dirname, 'fixtures/format-4.rdb'), join(folder, 'format-4.rdb'))
  const server = await startServer('--dir', folder, '--dbfilename', 'format-4.rdb', '--appendonly', 'no')
  const admin = new Redis(server.url)
  onTestFinished(async () => {
    admin.disconnect()
    await server.stop()
  })
  return { url: server.url, admin }
}

async function expectEverything(memory: Memory): Promise<void> {
  const { facts, observations, objects } = memory.as(ann)
  expect([await facts.get('pay'), await facts.get('later')]).toEqual([4_712, 'in a hundred years'])
  expect(await facts.get('told')).toBe('it was confidential')
  const { items } = await observations.list({ task: 'deal' })
  expect(items.map(({ value }) => value)).toEqual(['a public goose', 'the red fox'])
  const [note] = items.flatMap(({ derivedFrom }) => derivedFrom)
  const ref = { id: note ?? '', size: 0, mediaType: 'application/json' }
  expect(await objects.get(ref)).toEqual({ note: 'made from it' })
  expect(await Array.fromAsync(memory.as(ann).verify())).toEqual([])
}

describe.skipIf(missing)(`A space that was sealed in the first form${missing ? ` (${missing})` : ''}`, () => {
  it.each(['sealed', 'plain'])('is readable with its key, and sealed anew when it is opened: %s', async (space) => {
    const { url, admin } = await startFormer()
    expect((await inspectSpace({ store: redisStore(url), space, encryption })).corruptions).toEqual([])
    await using memory = await openMemory({ store: redisStore(url), space, encryption, auditKeepMs: 0 })
    await expectEverything(memory)
    await memory.reseal()
    await expectEverything(memory)
    const rows = new Map(await rowsIn(admin, space))
    for (const id of ['pay', 'later']) {
      expect(rows.get(`facts/${id}`)).toMatch(/^v8 [^]*\n~k1\.2-[0-9a-f]{8}\.[^.]+\.[0-9a-f]{40}$/)
    }
    await using again = await openMemory({ store: redisStore(url), space, encryption, auditKeepMs: 0 })
    await expectEverything(again)
    expect(await again.reseal()).toEqual({ records: 0, objects: 0 })
  })

  it('moves to the present format row by row, sealed or not', async () => {
    const { url, admin } = await startFormer()
    const before = await Promise.all(['plain', 'sealed'].map((space) => rowsIn(admin, space)))
    const report = await migrateSpaces(url)
    expect(report).toMatchObject([
      { space: 'plain', damaged: [] },
      { space: 'sealed', damaged: [] },
    ])
    for (const [index, space] of ['plain', 'sealed'].entries()) {
      const rows = await rowsIn(admin, space)
      expect(rows.map(unchanged)).toEqual(before[index]?.map(unchanged))
      expect(report[index]?.migrated).toBe(rows.length)
      expect(await admin.hmget(`{skein:${space}}:meta`, 'format', 'oldestFormat')).toEqual([
        `${currentFormat}`,
        `${currentFormat}`,
      ])
    }
    await using memory = await openMemory({ store: redisStore(url), space: 'sealed', encryption, auditKeepMs: 0 })
    await expectEverything(memory)
  })
})
