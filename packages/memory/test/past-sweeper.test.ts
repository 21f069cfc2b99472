import { mapStore, openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { expect, it } from 'vitest'

import { DueRanges } from '../src/retention/due-ranges.ts'
import { randomNumbers } from './simulate-history.ts'

/** A store in memory that counts of how many records the past was read, and may wait each time. */
function counting(): { readonly driver: StoreDriver; take(): number; waits: (() => Promise<void>) | undefined } {
  const driver = mapStore()
  let count = 0
  const open: StoreDriver['open'] = async (space, role) => {
    const store = await driver.open(space, role)
    const past = store.past.bind(store)
    store.past = async (keys) => {
      count += keys.length
      const found = await past(keys)
      await counted.waits?.()
      return found
    }
    return store
  }
  const take = (): number => {
    const taken = count
    count = 0
    return taken
  }
  const counted: ReturnType<typeof counting> = { driver: { ...driver, open }, take, waits: undefined }
  return counted
}

/** Waits until everything that was written has been for some milliseconds. */
async function later(view: View, ms: number): Promise<void> {
  const begun = view.now()
  while (view.now() <= begun + ms) await new Promise(setImmediate)
}

async function leftIn(driver: StoreDriver): Promise<number> {
  await using store = await driver.open('default', 'writer')
  return (await store.pastIds({ collection: 'facts', prefix: '', limit: 2_000 })).ids.length
}

it('A sweep looks at the past of all records once, then at what has changed and at what is due', async () => {
  const { driver, take } = counting()
  await using memory = await openMemory({ store: driver, retention: [{ keepMs: 3_600_000 }] })
  const view = memory.as({ id: 'ann', role: 'sales' })
  const { facts } = view
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
  await later(view, 2)
  take()
  await memory.sweep()
  // The one that changed, and those beside it.
  expect(take()).toBeLessThanOrEqual(201)
})

it('A hold that is placed during a sweep keeps what the sweep has not reached', async () => {
  const counted = counting()
  await using memory = await openMemory({ store: counted.driver, retention: [{ tag: 'brief', keepMs: 1 }] })
  const view = memory.as({ id: 'ann', role: 'sales' })
  const names = Array.from({ length: 1_000 }, (_, n) => `fact/${n}`)
  await Promise.all(names.map((name) => view.facts.set(name, 1, { tags: ['brief'], subject: 'person/42' })))
  await Promise.all(names.map((name) => view.facts.set(name, 2, { tags: [] })))
  await later(view, 2)
  counted.waits = async () => {
    counted.waits = undefined
    const olga = memory.as({ id: 'olga', role: 'privacy', rights: ['hold'] })
    await olga.holds.place({ subject: 'person/42' }, { reason: 'A lawsuit.' })
  }
  await memory.sweep()
  expect(await leftIn(counted.driver)).toBe(1_000)
})

it('Sweeps at the same time lose nothing that is due', async () => {
  const counted = counting()
  await using memory = await openMemory({ store: counted.driver, retention: [{ tag: 'brief', keepMs: 50 }] })
  const view = memory.as({ id: 'ann', role: 'sales' })
  const write = async (name: string): Promise<void> => {
    await view.facts.set(name, 1, { tags: ['brief'] })
    await view.facts.set(name, 2, { tags: [] })
  }
  await write('a')
  await memory.sweep()
  await later(view, 51)
  const sweeps: Promise<unknown>[] = []
  counted.waits = async () => {
    counted.waits = undefined
    await write('b')
    sweeps.push(memory.sweep())
    await later(view, 51)
  }
  await memory.sweep()
  await Promise.all(sweeps)
  await memory.sweep()
  expect(sweeps).toHaveLength(1)
  expect(await leftIn(counted.driver)).toBe(0)
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
