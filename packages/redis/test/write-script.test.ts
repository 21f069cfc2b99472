import { mapStore } from '@skein/memory'
import type { Change, Store } from '@skein/memory/store'
import { redisStore } from '@skein/redis'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'

import { missing, startServer } from './redis-server.ts'
import { TimelessStore } from './timeless-store.ts'
import { keysOf, mutationsOf, programs } from './write-programs.ts'

/** `lua/write.lua` decides in Lua what `decideMutation` decides for `mapStore`. */
describe.skipIf(missing)(`The write script beside decideMutation${missing ? ` (${missing})` : ''}`, async () => {
  const server = missing ? undefined : await startServer('--appendonly', 'no')
  const url = server?.url ?? ''
  const admin = new Redis(url, { lazyConnect: true })
  afterAll(async () => {
    admin.disconnect()
    await server?.stop()
  })
  /** Waits until it is later by the server's clock, and by the store's estimate of it. */
  const laterFor = (store: Store) => async (than: number) => {
    for (;;) {
      const [seconds = 0, microseconds = 0] = (await admin.time()).map(Number)
      const now = seconds * 1_000 + Math.floor(microseconds / 1_000)
      if (now > than && store.now() > than) return now
    }
  }
  let made = 0

  it('makes the same of random programs', async () => {
    const program = fc.asyncProperty(programs, async ({ names, turns }) => {
      let modelNow = 0
      await using model = await mapStore({ now: () => modelNow }).open('s', 'writer')
      const prefix = `skein-${(made += 1)}:`
      await using store = await redisStore({ url, prefix }).open('s', 'writer')
      const received: Change[] = []
      const { promise: receivedAll, resolve } = Promise.withResolvers<void>()
      store.watch((change) => {
        received.push(change)
        if (change.collection === 'settings') resolve()
      })
      const stores = [
        new TimelessStore(model, (than) => Promise.resolve((modelNow = than + 1))),
        new TimelessStore(store, laterFor(store)),
      ]
      const keys = keysOf(names)

      for (const [index, turn] of turns.entries()) {
        const batches = mutationsOf(turn, names, await model.read(keys))
        const about = index === turns.length - 1 ? names : [names[index % names.length] ?? '']
        const [expected, found] = await Promise.all(
          stores.map(async (each) => {
            const commits = await each.write(batches)
            const swept = turn.isSwept ? await each.store.sweep(1_000) : 0
            return { commits, swept, holds: await each.contents(keys, about) }
          }),
        )
        expect(found, `turn ${index}`).toEqual(expected)
      }

      // Nothing is left in an index of what is deleted and swept.
      await store.write(keys.map((key) => ({ type: 'delete', key, author: 'ann' })))
      await store.sweep(1_000)
      const kept = new Set(['feed', 'floors', 'meta'].map((key) => `{${prefix}s}:${key}`))
      expect((await admin.keys(`{${prefix}s}:*`)).filter((key) => !kept.has(key))).toEqual([])

      const meta = { author: 'ann', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
      await store.write([{ type: 'set', key: { collection: 'settings', id: 'end' }, value: '1', meta }])
      await receivedAll
      expect(received).toEqual((await store.changes(0, 10_000)).changes)
    })
    await fc.assert(program, { numRuns: 120 })
  })
})
