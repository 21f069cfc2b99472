import fc from 'fast-check'
import { expect, it } from 'vitest'

import { SecondChanceMap } from '../src/cache/second-chance-map.ts'

const value = (bytes = 1) => ({ visited: false, bytes })

it('evicts the oldest unused entry', () => {
  const map = new SecondChanceMap(3, 100)
  for (const key of ['a', 'b', 'c']) map.set(key, value())
  map.get('a')
  map.set('d', value())
  expect(['a', 'b', 'c', 'd'].filter((key) => map.get(key))).toEqual(['a', 'c', 'd'])
})

it('respects its limits on entries and bytes, and refuses oversized values', () => {
  const steps = fc.array(
    fc.record({ key: fc.string({ maxLength: 2 }), bytes: fc.integer({ min: 1, max: 40 }), use: fc.boolean() }),
    { maxLength: 200 },
  )
  fc.assert(
    fc.property(steps, (all) => {
      const map = new SecondChanceMap<ReturnType<typeof value>>(10, 200)
      const keys = new Set<string>()
      for (const { key, bytes, use } of all) {
        keys.add(key)
        if (use) map.get(key)
        else map.set(key, value(bytes))
        const held = [...keys].map((each) => map.get(each)).filter((each) => each !== undefined)
        expect(held.length).toBeLessThanOrEqual(10)
        expect(held.reduce((sum, each) => sum + each.bytes, 0)).toBeLessThanOrEqual(200)
        expect(held.every((each) => each.bytes <= 25)).toBe(true)
      }
    }),
  )
})
