import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import type { Corruption } from '@skein/memory/store'
import { redisStore } from '@skein/redis'
import type { Redis } from 'ioredis'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { connectTo, forgetful } from './open-memories.ts'
import { missing, startServer } from './redis-server.ts'
import type { TestServer } from './redis-server.ts'

const base = '{skein:default}:'

describe.skipIf(missing)(`Verifying a space on Redis${missing ? ` (${missing})` : ''}`, () => {
  let server: TestServer
  let admin: Redis
  let memory: Memory
  beforeAll(async () => {
    server = await startServer(...forgetful)
    admin = connectTo(server)
    return async () => {
      admin.disconnect()
      await server.stop()
    }
  })
  beforeEach(async () => {
    await admin.flushall()
    memory = await openMemory({ store: redisStore(server.url) })
    const { facts, observations } = memory.as({ id: 'ann', role: 'r' })
    await facts.set('k', 1, { tags: ['red'] })
    await facts.set('l', 2, { task: 't', ttlMs: 600_000 })
    await facts.set('gone', 3, { tags: ['red'] })
    await facts.delete('gone')
    await observations.log({ value: 'a heron', task: 't' })
  })
  afterEach(() => memory.close())

  /** What an onlooker finds: the memory that writes may repair some of it. */
  const found = async (): Promise<string[]> => {
    await using store = await redisStore(server.url).open('default', 'reader')
    const all: Corruption[] = await Array.fromAsync(store.verify())
    return all.map(({ kind, collection, id }) => [kind, collection, id].filter(Boolean).join(' ')).toSorted()
  }

  it('finds nothing in a space that is whole, also while others write', async () => {
    expect(await found()).toEqual([])
    const { facts } = memory.as({ id: 'ann', role: 'r' })
    let isDone = false
    const write = async (): Promise<void> => {
      for (let count = 0; !isDone; count += 1) {
        await Promise.all([
          facts.set('k', count, { tags: [`tag${count % 3}`] }),
          facts.set('l', count, { ttlMs: 1_000 + count }),
          count % 2 === 0 ? facts.set('gone', count) : facts.delete('gone'),
        ])
      }
    }
    const done = write()
    try {
      for (let round = 0; round < 30; round += 1) expect(await found()).toEqual([])
    } finally {
      isDone = true
      await done
    }
  })

  it.each([
    ['meta', ['file meta']],
    ['feed', ['feed 1-5']],
    ['floors', ['file floors']],
    ['expires', ['file expires']],
    ['i:facts:*', ['file i:facts:*']],
    ['i:facts:g:red', ['file i:facts:g:red']],
    ['r:facts', ['file r:facts']],
  ])('names the key that is missing: %s', async (key, findings) => {
    expect(await admin.del(base + key)).toBe(1)
    expect(await found()).toEqual(findings)
  })

  it('lists a space whose meta is missing', async () => {
    await admin.del(`${base}meta`)
    expect(await redisStore(server.url).spaces()).toEqual(['default'])
  })

  it('names rows that no index lists, and entries of indexes without a row', async () => {
    await admin.zrem(`${base}i:facts:*`, 'k')
    await admin.zadd(`${base}i:facts:g:red`, 99, 'k')
    await admin.zrem(`${base}expires`, 'facts\0l')
    await admin.zadd(`${base}i:facts:*`, 77, 'never')
    const expected = ['record facts k', 'record facts k', 'record facts l', 'record facts never']
    expect(await found()).toEqual(expected)
  })

  it('names a feed and a position that end below what was written', async () => {
    await admin.xtrim(`${base}feed`, 'MAXLEN', 0)
    await admin.xadd(`${base}feed`, '6-0', 'c', 'x')
    await admin.xdel(`${base}feed`, '6-0')
    const position = await admin.hget(`${base}meta`, 'seq')
    await admin.hset(`${base}meta`, 'seq', (position ?? '').replace(/^\d+/, '3'))
    expect(await found()).toEqual(['feed 1-5', 'feed 4-5'])
  })

  it.each(['meta', 'feed', 'floors', 'expires', 'i:facts:*', 'i:facts:g:red', 'r:facts'])(
    'names the key that holds something else, and no write stores its value in part: %s',
    async (key) => {
      await admin.set(base + key, 'something else')
      const { facts } = memory.as({ id: 'ann', role: 'r' })
      const before = key === 'r:facts' ? undefined : await admin.hgetall(`${base}r:facts`)
      const changed = facts.set('k', 'new', { tags: ['red'], ttlMs: 1_000 })
      const added = facts.set('m', 'new', { tags: ['red'], ttlMs: 1_000 })
      const outcomes = await Promise.allSettled([changed, added])
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      if (before) expect(await admin.hgetall(`${base}r:facts`)).toEqual(before)
      if (key !== 'meta') expect(await found()).toContain(`file ${key}`)
    },
  )
})
