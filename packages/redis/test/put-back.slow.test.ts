import { openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import type { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'

import { adminOf, claim, ended, forgetful, lossToldTo, open, serverWith, versions } from './open-memories.ts'
import { missing } from './redis-server.ts'

vi.setConfig({ testTimeout: 60_000 })

/** Ways to put the present state back later, without a restart of the server. */
const ways: readonly (readonly [name: string, keep: (admin: Redis) => Promise<() => Promise<unknown>>])[] = [
  [
    'RESTORE',
    async (admin) => {
      const kept = await Promise.all(
        (await admin.keys('*')).map(async (key) => [key, await admin.dumpBuffer(key)] as const),
      )
      return async () => {
        const transaction = admin.multi().flushall()
        for (const [key, bytes] of kept) if (bytes) transaction.restore(key, 0, bytes)
        await transaction.exec()
      }
    },
  ],
  [
    'SWAPDB',
    async (admin) => {
      for (const key of await admin.keys('*')) await admin.call('COPY', key, key, 'DB', '1')
      return () => admin.swapdb(0, 1)
    },
  ],
]

describe.skipIf(missing)(
  `When an older state is put back into a server that runs on${missing ? ` (${missing})` : ''}`,
  () => {
    it.each(ways)('by %s, those who were there give nothing twice', async (_, keep) => {
      const server = await serverWith(...forgetful)
      const [ann, bob] = [await open(server.url, 'ann'), await open(server.url, 'bob')]
      await versions(ann.view, ['k', 'k'])
      const putBack = await keep(await adminOf(server))
      const held = await claim(ann.view, 't')
      const before = await versions(ann.view, ['k', 'l'])
      // Bob has heard of it.
      expect(await bob.view.facts.get('l')).toBe('new l')
      const last = await bob.view.feed.last()
      const told = [lossToldTo(ann), lossToldTo(bob)]
      await putBack()
      // At once, before anybody looks at the feed.
      const [next, k, l] = await Promise.all([
        claim(bob.view, 't'),
        bob.view.facts.set('k', 1),
        bob.view.facts.set('l', 1),
      ])
      expect(next.fence).toBeGreaterThan(held.fence)
      for (const { version } of [k, l]) expect(version).toBeGreaterThan(Math.max(...before))
      expect(await bob.view.feed.last()).toBeGreaterThan(last)
      await Promise.all(told)
      await ended(held)
      expect(next.signal.aborted).toBe(false)
    })

    it.each(ways)('by %s, and a new process takes up the task first, the old one is told', async (_, keep) => {
      const server = await serverWith(...forgetful)
      const ann = await open(server.url, 'ann')
      await versions(ann.view, ['k'])
      const putBack = await keep(await adminOf(server))
      const held = await claim(ann.view, 't')
      await versions(ann.view, ['k', 'l'])
      await Promise.all([ann.view.facts.get('k'), ann.view.facts.get('l')])
      const told = lossToldTo(ann)
      await putBack()

      await using memory = await openMemory({ store: redisStore(server.url) })
      const bob = memory.as({ id: 'bob', role: 'r' })
      const next = await claim(bob, 't')
      expect(next.fence).toBeGreaterThan(held.fence)
      // It goes past all that the old one has heard of.
      await versions(bob, ['m', 'n', 'o', 'p', 'q'])
      await told
      await ended(held)
      const late = ann.view.facts.set('result', 1, { claim: { task: 't', fence: held.fence } })
      await expect(late).rejects.toMatchObject({ code: 'SKEIN_FENCE' })
      expect(next.signal.aborted).toBe(false)
      await bob.facts.set('result', 2, { claim: next })
      expect([await ann.view.facts.get('k'), await ann.view.facts.get('l')]).toEqual(['new k', undefined])
      // Each of the first positions may stand for two changes.
      for (let after = 0; after <= 12; after += 1) {
        const changes = ann.view.watch('facts/', { after })
        await expect(changes.next(), `after ${after}`).rejects.toMatchObject({ code: 'SKEIN_FEED_TRIMMED' })
      }
      const admin = ann.memory.as({ id: 'admin', role: 'admin', rights: ['administer'] })
      expect(await Array.fromAsync(admin.verify())).toEqual([])
    })
  },
)
