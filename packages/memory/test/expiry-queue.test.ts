import fc from 'fast-check'
import { expect, it } from 'vitest'

import { ExpiryQueue } from '../src/search/expiry-queue.ts'

it('gives items in the order in which they expire, without those that left', () => {
  const times = fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 200, size: 'max' })
  fc.assert(
    fc.property(times, fc.infiniteStream(fc.integer({ min: 0, max: 1_000 })), (expiries, choices) => {
      const queue = new ExpiryQueue<{ expiresAt: number; place: number }>()
      const items = expiries.map((expiresAt) => ({ expiresAt, place: -1 }))
      for (const item of items) queue.add(item)
      for (let count = 0; count < expiries.length / 2; count += 1) {
        const [item] = items.splice((choices.next().value ?? 0) % items.length, 1)
        if (item) queue.remove(item)
        // Again: it is not there any more.
        if (item) queue.remove(item)
      }
      const taken: number[] = []
      for (const now of [500, 1_000]) {
        for (let item = queue.takeExpired(now); item; item = queue.takeExpired(now)) {
          expect(item.expiresAt).toBeLessThanOrEqual(now)
          taken.push(item.expiresAt)
        }
      }
      expect(taken).toEqual(items.map(({ expiresAt }) => expiresAt).toSorted((a, b) => a - b))
    }),
  )
})
