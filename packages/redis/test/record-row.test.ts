import type { Mutation, RecordKey } from '@skein/memory/store'
import { redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'

import { missing, startServer } from './redis-server.ts'

describe.skipIf(missing)(`A row on Redis${missing ? ` (${missing})` : ''}`, async () => {
  const server = missing ? undefined : await startServer('--appendonly', 'no')
  const admin = new Redis(server?.url ?? '', { lazyConnect: true })
  afterAll(async () => {
    admin.disconnect()
    await server?.stop()
  })

  const key: RecordKey = { collection: 'facts', id: 'prospect/42 – Zoë, 100 %' }
  const meta = { author: 'ann b', task: '-', tags: ['a,b', 'c d'], importance: 0.5, derivedFrom: ['x'] } as const
  const labels = { sensitivity: 'internal', compartments: ['fin ance'] } as const
  const value = JSON.stringify({ name: 'Acme\n', notes: ['"', '~', ' '] })
  const set: Mutation = { type: 'set', key, value, meta: { ...meta, ...labels }, ttlMs: 600_000 }

  it('holds what was written, whatever characters are in it', async () => {
    await using store = await redisStore({ url: server?.url ?? '', prefix: 'whole:' }).open('s', 'writer')
    await store.write([set])
    const plain: Mutation = {
      type: 'set',
      key: { ...key, id: 'plain' },
      value: 'null',
      meta: { ...set.meta, tags: [] },
    }
    await store.write([plain, { ...plain, key: { ...key, id: '-' } }])
    const ids = [key.id, 'plain', '-']
    const read = await store.read(ids.map((id) => ({ ...key, id })))
    expect(read).toMatchObject([
      { ...key, value, ...meta, ...labels, version: 1 },
      { id: 'plain', value: 'null', tags: [], task: '-' },
      { id: '-', value: 'null' },
    ])
    expect((await store.changes(0, 10)).changes).toMatchObject(ids.map((id) => ({ id, author: 'ann b', task: '-' })))
    // Two changes a piece of work: what needs no other form is told as it is.
    expect(JSON.stringify(await admin.xrange('{whole:s}:feed', '-', '+'))).toContain(' prospect/42%20')
  })

  it('is refused when any character of it was changed, or when it is another record’s', async () => {
    await using store = await redisStore({ url: server?.url ?? '', prefix: 'torn:' }).open('s', 'writer')
    await store.write([set])
    const row = (await admin.hget('{torn:s}:r:facts', key.id)) ?? ''
    const isRefused = async (at: RecordKey, text: string): Promise<boolean> => {
      await admin.hset(`{torn:s}:r:${at.collection}`, at.id, text)
      return store.read([at]).then(
        () => false,
        ({ code }: { code?: string }) => code === 'SKEIN_CORRUPT',
      )
    }
    const passed: string[] = []
    for (let index = 0; index < row.length; index += 1) {
      const other = row[index] === '1' ? '2' : '1'
      const torn = row.slice(0, index) + other + row.slice(index + 1)
      if (!(await isRefused(key, torn))) passed.push(torn)
    }
    expect(row.length).toBeGreaterThan(200)
    expect(passed).toEqual([])
    expect(await isRefused({ ...key, id: 'another' }, row)).toBe(true)
    expect(await isRefused({ ...key, collection: 'decisions' }, row)).toBe(true)
    expect(await isRefused(key, row)).toBe(false)
  })
})
