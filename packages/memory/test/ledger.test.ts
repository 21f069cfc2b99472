import { expect, it } from 'vitest'

import { mapStore, openMemory } from '../src/index.ts'
import type { Store } from '../src/store.ts'
import { Ledger } from '../src/work/ledger.ts'
import type { LedgerReport } from '../src/work/ledger-table.ts'
import { faultyStore } from '../src/testing/index.ts'

const reuse = (work: string) => ({ work: `public ${work}`, agent: 'ann', count: 1, savedMs: 10, savedTokens: 2 })

const open = (maxChanges: number): Promise<Store> => mapStore({ maxChanges }).open('default', 'writer')

function fail(error: unknown): void {
  throw error
}

async function batchesOf(store: Store): Promise<number> {
  const { records } = await store.query({ collection: 'ledger', order: 'oldest', limit: 10_000 })
  return records.filter(({ id }) => id !== 'sum').length
}

/** Notes one reuse after the other, each in a batch of its own. */
async function note(ledger: Ledger, works: readonly string[]): Promise<LedgerReport> {
  for (const work of works) {
    ledger.note(reuse(work))
    await ledger[Symbol.asyncDispose]()
  }
  return ledger.report()
}

it('writes equal reuses of a moment as one, with how often', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const ann = memory.as({ id: 'ann', role: 'reader' })
  const bob = memory.as({ id: 'bob', role: 'reader' })
  await ann.once('sum/1', ({ reportUsage }) => (reportUsage(5, 0.25), 3))
  for (let time = 0; time < 1_000; time += 1) await ann.once('sum/1', () => 3)
  await bob.once('sum/1', () => 3)
  expect(await memory.ledger()).toMatchObject({ sum: { computed: 1, reused: 1_001, savedTokens: 5_005 } })
  const { entries } = await ann.feed.read({ after: 0, collections: ['ledger'], limit: 1_000 })
  const reuses = entries.flatMap((entry) => (entry.type === 'reuses' ? entry.reuses : []))
  expect(reuses.length).toBeLessThan(100)
  const countOf = (agent: string): number =>
    reuses.filter((one) => one.agent === agent).reduce((sum, { count }) => sum + count, 0)
  expect([countOf('ann'), countOf('bob')]).toEqual([1_000, 1])
  expect(reuses.reduce((sum, { savedUsd = 0 }) => sum + savedUsd, 0)).toBe(250.25)
})

it('sums up what the feed no longer tells of, and forgets nothing', async () => {
  await using store = await open(100)
  const ledger = new Ledger(store, 'one', fail)
  const works = Array.from({ length: 1_300 }, (_, index) => (index % 3 === 0 ? 'read/1' : `note/${index}`))
  const before = await note(ledger, works)
  expect(before).toMatchObject({ read: { reused: 434, savedMs: 4_340 }, note: { reused: 866, savedTokens: 1_732 } })
  expect(await batchesOf(store)).toBe(1_300)
  await ledger.compact()
  expect(await batchesOf(store)).toBe(300)
  // The feed tells of nothing but the two sums beside what it told of before.
  expect((await store.changes(0, 1)).last).toBe(1_302)
  while ((await store.sweep(500)) > 0);
  expect(await batchesOf(store)).toBe(300)
  expect(await ledger.report()).toEqual(before)
  // Nor is it counted again with what comes then.
  expect(await note(ledger, ['read/1'])).toMatchObject({ read: { reused: 435 }, note: { reused: 866 } })
})

it('leaves alone what can still be heard of', async () => {
  await using store = await open(100_000)
  const ledger = new Ledger(store, 'one', fail)
  await note(
    ledger,
    Array.from({ length: 600 }, () => 'read/1'),
  )
  await ledger.compact()
  expect(await batchesOf(store)).toBe(600)
})

it('counts each batch once, also when two sum up at once and others ask meanwhile', async () => {
  await using store = await open(100)
  const ledgers = ['one', 'two'].map((owner) => new Ledger(store, owner, fail))
  const [one] = ledgers as [Ledger]
  const works = Array.from({ length: 2_100 }, () => 'read/1')
  const before = await note(one, works)
  const reports = [...ledgers, ...ledgers].map((ledger) => Promise.all([ledger.compact(), ledger.report()]))
  for (const [, report] of await Promise.all(reports)) expect(report).toEqual(before)
  expect(await batchesOf(store)).toBe(100)
  expect(await one.report()).toEqual(before)
})

it('writes again what the store did not take, and counts once what it took without saying so', async () => {
  const { driver, faults } = faultyStore(mapStore())
  await using store = await driver.open('default', 'writer')
  const told: unknown[] = []
  const ledger = new Ledger(store, 'one', (error) => told.push(error))
  for (const when of ['before', 'after'] as const) {
    faults.fail('write', { when })
    ledger.note(reuse('read/1'))
    await ledger[Symbol.asyncDispose]()
  }
  expect(told).toMatchObject([{ code: 'SKEIN_STORE' }, { code: 'SKEIN_OUTCOME_UNKNOWN' }])
  expect(await ledger.report()).toMatchObject({ read: { reused: 2 } })
  expect(await batchesOf(store)).toBe(2)
})
