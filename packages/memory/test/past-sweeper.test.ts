import { mapStore, openMemory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { expect, it } from 'vitest'

import { DueRanges } from '../src/retention/due-ranges.ts'
import { randomNumbers } from './simulate-history.ts'

/** A store in memory that counts of how many records the past was read. */
function counting(): { readonly driver: StoreDriver; take(): number } {
  const driver = mapStore()
  let count = 0
  const take = (): number => {
    const counted = count
    count = 0
    return counted
  }
  const open: StoreDriver['open'] = async (space, role) => {
    const store = await driver.open(space, role)
    const past = store.past.bind(store)
    store.past = (keys) => {
      count += keys.length
      return past(keys)
    }
    return store
  }
  return { driver: { ...driver, open }, take }
}

it('A sweep looks at the past of all records once, then at what has changed and at what is due', async () => {
  const { driver, take } = counting()
  await using memory = await openMemory({ store: driver, retention: [{ keepMs: 3_600_000 }] })
  const { facts } = memory.as({ id: 'ann', role: 'sales' })
  const names = Array.from({ length: 1_000 }, (_, n) => `fact/${n}`)
  for (const value of [1, 2]) await Promise.all(names.map((name) => facts.set(name, value)))
  take()
  await memory.sweep()
  expect(take()).toBe(1_000)
  await memory.sweep()
  expect(take()).toBe(0)
  await facts.set('fact/1', 3)
  await facts.set('fact/2', 3)
  take()
  await memory.sweep()
  expect(take()).toBe(2)
  await facts.set('fact/3', 'short', { ttlMs: 1 })
  await facts.set('fact/3', 'long')
  const written = memory.as({ id: 'ann', role: 'sales' }).now()
  while (memory.as({ id: 'ann', role: 'sales' }).now() <= written + 2) await new Promise(setImmediate)
  take()
  await memory.sweep()
  // The one that changed, and those beside it.
  expect(take()).toBeLessThanOrEqual(201)
})

it.each([1, 2, 3])('Ranges are due exactly where some name is, whatever is added and looked at, %s', (seed) => {
  const next = randomNumbers(seed)
  const below = (most: number): number => Math.floor(next() * most)
  const names = Array.from({ length: 60 }, (_, n) => `n${String(n).padStart(2, '0')}`)
  const dueAt = new Map<string, number>()
  const ranges = new DueRanges()
  let now = 0
  /** Looks at up to ten names of a range, as a walk does. */
  const look = (range: NonNullable<ReturnType<DueRanges['due']>>): void => {
    const { after = '', upTo } = range
    const found = names.filter((name) => dueAt.has(name) && name > after).slice(0, 11)
    const page = found.slice(0, 10)
    const inside = page.filter((name) => upTo === undefined || name <= upTo)
    const isAll = found.length <= 10 || inside.length < page.length
    for (const name of inside) if ((dueAt.get(name) ?? 0) <= now) dueAt.delete(name)
    const times = inside.map((name) => dueAt.get(name) ?? Infinity)
    ranges.looked(range, isAll ? upTo : page.at(-1), inside.length > 0 ? Math.min(...times) : undefined)
  }
  for (let step = 0; step < 400; step += 1) {
    now += below(3)
    for (let times = below(4); times > 0; times -= 1) {
      const name = names[below(names.length)] as string
      const at = now + below(30)
      dueAt.set(name, Math.min(at, dueAt.get(name) ?? Infinity))
      ranges.lower(name, at)
    }
    let looks = 0
    for (let range = ranges.due(now); range; range = ranges.due(now)) {
      look(range)
      expect((looks += 1)).toBeLessThan(70)
    }
    expect([...dueAt.values()].filter((at) => at <= now)).toEqual([])
  }
})
