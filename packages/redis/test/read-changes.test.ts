import type { Commit, Mutation, Store, Written } from '@skein/memory/store'
import { redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'

import { missing, startServer } from './redis-server.ts'

/** An entry of the feed holds all changes of one call, and is read change by change. */
describe.skipIf(missing)(`The feed on Redis${missing ? ` (${missing})` : ''}`, async () => {
  const server = missing ? undefined : await startServer('--appendfsync', 'no')
  const url = server?.url ?? ''
  const admin = new Redis(url, { lazyConnect: true })
  let made = 0
  let prefix = ''
  beforeEach(() => void (prefix = `skein-${(made += 1)}:`))
  afterAll(async () => {
    admin.disconnect()
    await server?.stop()
  })

  const open = (maxChanges = 1_000): Promise<Store> => redisStore({ url, prefix, maxChanges }).open('default', 'writer')
  const set = (id: string, value: unknown, more: Partial<Mutation> = {}): Mutation[] => {
    const meta = { author: 'ann', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
    return [{ type: 'set', key: { collection: 'facts', id }, value: JSON.stringify(value), meta, ...more } as Mutation]
  }

  it('is read change by change, from any position', async () => {
    await using store = await open()
    const received: number[] = []
    const { promise: all, resolve } = Promise.withResolvers<void>()
    store.watch(({ seq }) => {
      if (received.push(seq) === 50) resolve()
    })
    await Promise.all(Array.from({ length: 50 }, (_, n) => store.write(set(`k${n}`, n))))
    await all
    const every = Array.from({ length: 50 }, (_, n) => n + 1)
    expect(received).toEqual(every)
    for (const after of [0, 1, 20, 49, 50]) {
      const first = await store.changes(after, 7)
      expect(first.changes.map(({ seq }) => seq)).toEqual(every.slice(after, after + 7))
      expect(first.trimmed).toBe(false)
    }
  })

  it('is read without a gap while others write', async () => {
    await using store = await open()
    await using other = await open()
    const write = async (): Promise<void> => {
      for (let n = 0; n < 60; n += 1) {
        await Promise.all(Array.from({ length: 1 + (n % 5) }, (_, m) => other.write(set(`k${m}`, n))))
      }
    }
    let isDone = false
    const done = write().finally(() => (isDone = true))
    const read: number[] = []
    while (!isDone || read.length < 180) {
      const { changes } = await store.changes(read.length, 3)
      read.push(...changes.map(({ seq }) => seq))
    }
    await done
    expect(read).toEqual(Array.from({ length: 180 }, (_, n) => n + 1))
  })

  it('gets another incarnation, and higher positions and versions, when the server has lost its data', async () => {
    await using store = await open()
    const [first] = written(await store.write(set('k', 1)))
    const { incarnation: before } = await store.changes(0, 1)
    await admin.flushall()
    const [refused, k, l] = await Promise.all([
      store.write(set('k', 1, { ifVersion: 1 })),
      store.write(set('k', 1)),
      store.write(set('l', 1)),
    ])
    expect(refused).toMatchObject({ ok: false, refusal: { reason: 'version', current: undefined } })
    for (const commit of [k, l]) {
      const [next] = written(commit)
      expect(next?.version).toBeGreaterThan(first?.version ?? 0)
      expect(next?.seq).toBeGreaterThan(first?.seq ?? 0)
    }
    const { incarnation: since, last } = await store.changes(0, 1)
    expect([typeof before, typeof since]).toEqual(['string', 'string'])
    expect(since).not.toBe(before)
    await store.write(set('k', 2))
    expect(await store.changes(0, 1)).toMatchObject({ last: last + 1, incarnation: since })
    expect(await store.changes(1, 10)).toMatchObject({ trimmed: true })
  })

  it('keeps the newest changes, approximately', async () => {
    await using store = await open(100)
    for (let round = 0; round < 50; round += 1) {
      await Promise.all(Array.from({ length: 40 }, (_, n) => store.write(set(`k${n}`, round))))
    }
    const { last, trimmed, changes } = await store.changes(0, 10_000)
    expect({ last, trimmed }).toEqual({ last: 2_000, trimmed: true })
    expect(changes.at(-1)?.seq).toBe(2_000)
    // The server drops whole nodes of up to 100 entries.
    expect(changes.length).toBeGreaterThanOrEqual(100)
    expect(changes).toHaveLength(2_000 - (changes[0]?.seq ?? 0) + 1)
  })
})

function written(commit: Commit): readonly Written[] {
  return commit.ok ? commit.written : []
}
