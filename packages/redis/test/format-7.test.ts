import { createHash } from 'node:crypto'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'

import { inspectSpace } from '@skein/memory/runtime'
import { openMemory } from '@skein/memory'
import { migrateSpaces, redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { currentFormat } from '../src/records/row-format.ts'
import { rowsIn, unchanged } from './format-3.ts'
import { temporaryFolder } from './places.ts'
import { missing, startServer } from './redis-server.ts'

// fixtures/format-7.rdb is a snapshot of Redis 7.0, written by the last code of format 7: sealed under k1. Its rows do not
// say since when they have their labels. The fact `price` has 7 versions, two of them confidential among public ones;
// `gone` was deleted.
const encryption = { keys: { k1: createHash('sha256').update('the key of format 7').digest() }, current: 'k1' }
const ann = { id: 'ann', role: 'sales', clearance: { level: 'confidential', compartments: ['finance'] } } as const

async function startFormer(): Promise<{ url: string; admin: Redis }> {
  const folder = temporaryFolder()
  copyFileSync(join(import.meta.dirname, 'fixtures/format-7.rdb'), join(folder, 'format-7.rdb'))
  const server = await startServer('--dir', folder, '--dbfilename', 'format-7.rdb', '--appendonly', 'no')
  const admin = new Redis(server.url)
  onTestFinished(async () => {
    admin.disconnect()
    await server.stop()
  })
  return { url: server.url, admin }
}

describe.skipIf(missing)(`A space of format 7${missing ? ` (${missing})` : ''}`, () => {
  it('keeps the newest versions of each label, those from before the rows tell labels included', async () => {
    const { url } = await startFormer()
    const store = redisStore(url)
    await using memory = await openMemory({ store, encryption, history: { versions: 3 } })
    const { facts } = memory.as(ann)
    await using reader = await store.open('default', 'reader')
    const levels = async (id: string): Promise<string[]> => {
      const [versions = []] = await reader.past([{ collection: 'facts', id }])
      return versions.map(({ record }) => record.sensitivity)
    }
    expect(await levels('price')).toEqual(['public', 'public', 'confidential', 'confidential', 'public', 'public'])
    // One of 32 writes trims.
    for (let time = 0; time < 32; time += 1) await facts.set('price', time)
    const after = await levels('price')
    expect(after.slice(-2)).toEqual(['confidential', 'confidential'])
    expect(after.filter((level) => level === 'public').length).toBeGreaterThanOrEqual(3)
    expect(await levels('gone')).toEqual(['public', 'public'])
  })

  it('is moved to the present format, with nothing else changed', async () => {
    const { url, admin } = await startFormer()
    const before = await rowsIn(admin, 'default')
    expect(before.every(([, row]) => row.startsWith('v7 '))).toBe(true)
    await migrateSpaces(url)
    const after = await rowsIn(admin, 'default')
    expect(after.every(([, row]) => row.startsWith(`v${currentFormat} `))).toBe(true)
    expect(after.map(unchanged)).toEqual(before.map(unchanged))
    expect((await inspectSpace({ store: redisStore(url), encryption })).corruptions).toEqual([])
  })
})
