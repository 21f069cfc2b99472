import { setTimeout as pause } from 'node:timers/promises'

import { expect, it } from 'vitest'

import { mapStore, openMemory } from '../src/index.ts'
import type { View } from '../src/index.ts'
import type { FeedEntry } from '../src/runtime.ts'

async function entriesOf(view: View, after = 0): Promise<readonly FeedEntry[]> {
  return (await view.feed.read({ after, limit: 1_000, withRecords: true })).entries
}

async function until<Found>(find: () => Promise<Found | undefined>): Promise<Found> {
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    await pause(5)
  }
}

it('lists writes, reads and reuses in one order', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const ann = memory.as({ id: 'ann', role: 'reader' })
  const bob = memory.as({ id: 'bob', role: 'reader' })
  const eve = memory.as({ id: 'eve', role: 'auditor', rights: ['audit'] })
  await ann.facts.set('greeting', 'hello', { ttlMs: 60_000 })
  await bob.facts.get('greeting')
  await ann.once('sum/1', () => 3)
  await bob.once('sum/1', () => 3)

  const reads = await until(async () =>
    (await entriesOf(eve)).find(
      (entry) => entry.type === 'reads' && entry.entries.some(({ agent }) => agent === 'bob'),
    ),
  )
  const reuses = await until(async () => (await entriesOf(eve)).find((entry) => entry.type === 'reuses'))
  const [first] = await entriesOf(eve)
  expect(first).toMatchObject({
    type: 'change',
    seq: 1,
    change: { collection: 'facts', id: 'greeting', author: 'ann' },
    record: { text: '"hello"', version: 1 },
  })
  expect(reads).toMatchObject({
    entries: expect.arrayContaining([
      expect.objectContaining({ agent: 'bob', action: 'read', outcome: 'hit', id: 'greeting', count: 1 }),
    ]),
  })
  expect(reuses).toMatchObject({ reuses: [{ agent: 'bob', work: 'public sum/1' }] })
})

it('hides entries above the clearance, reads and reuses included', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const clearance = { level: 'confidential' } as const
  const spy = memory.as({ id: 'spy', role: 'reader', clearance })
  const two = memory.as({ id: 'two', role: 'reader', clearance })
  await spy.facts.set('salary', 'a million', { sensitivity: 'confidential' })
  await two.facts.get('salary')
  await spy.once('raise/1', () => 'secret')
  await two.once('raise/1', () => 'secret')
  const cleared = memory.as({ id: 'eve', role: 'auditor', rights: ['audit'], clearance })
  await until(async () => (await entriesOf(cleared)).find((entry) => entry.type === 'reuses'))
  await until(async () => (await entriesOf(cleared)).find((entry) => entry.type === 'reads'))

  const open = memory.as({ id: 'joe', role: 'auditor', rights: ['audit'] })
  expect(await entriesOf(open)).toEqual([])
  const unaudited = memory.as({ id: 'sue', role: 'person', clearance })
  expect((await entriesOf(unaudited)).map(({ type }) => type)).not.toContain('reads')
})

it('reports when it no longer reaches back, and continues from any position', async () => {
  await using memory = await openMemory({ store: mapStore({ maxChanges: 3 }) })
  const ann = memory.as({ id: 'ann', role: 'reader' })
  for (let n = 1; n <= 6; n += 1) await ann.facts.set(`n/${n}`, n)
  const page = await ann.feed.read({ after: 1, limit: 2 })
  expect(page).toMatchObject({ trimmed: true, first: 4, seq: 5, last: 6 })
  const rest = await ann.feed.read({ after: page.seq })
  expect(rest).toMatchObject({ trimmed: false, first: 6, seq: 6 })
  expect(await ann.feed.read({ after: 6 })).toMatchObject({ entries: [], seq: 6 })
})

it('shows only the requested collections', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const ann = memory.as({ id: 'ann', role: 'reader' })
  await ann.facts.set('greeting', 'hello')
  await ann.observations.log({ task: 't1', value: 'seen' })
  const { entries, seq } = await ann.feed.read({ after: 0, collections: ['observations'] })
  expect(entries.map((entry) => entry.type === 'change' && entry.change.collection)).toEqual(['observations'])
  expect(seq).toBe(2)
})

it('wakes waiters when something new happens', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const ann = memory.as({ id: 'ann', role: 'reader' })
  const mark = ann.feed.mark()
  const news = ann.feed.untilNews(mark)
  await ann.facts.set('greeting', 'hello')
  await news
  expect(await ann.feed.last()).toBe(1)
})
