import { expect, it } from 'vitest'

import { mapStore, openMemory } from '../src/index.ts'
import type { WorkContext } from '../src/index.ts'
import { noteUse, ReadScope, sumOfLedger } from '../src/runtime.ts'
import type { Store } from '../src/store.ts'
import { Ledger } from '../src/work/ledger.ts'
import type { LedgerReport } from '../src/work/ledger-table.ts'
import { faultyStore } from '../src/testing/index.ts'
import { noCost } from '../src/work/cost.ts'

const reuse = (work: string) => ({
  work: `public ${work}`,
  agent: 'ann',
  count: 1,
  saved: { ...noCost, ms: 10, inputTokens: 2 },
})

const open = (maxChanges: number): Promise<Store> => mapStore({ maxChanges }).open('default', 'writer')

function fail(error: unknown): void {
  throw error
}

async function batchesOf(store: Store): Promise<number> {
  const { records } = await store.query({ collection: 'ledger', order: 'oldest', limit: 10_000 })
  return records.filter(({ id }) => id !== 'sum').length
}

/** Records one reuse after the other, each in its own batch. */
async function note(ledger: Ledger, works: readonly string[]): Promise<LedgerReport> {
  for (const work of works) {
    ledger.note(reuse(work))
    await ledger[Symbol.asyncDispose]()
  }
  return ledger.report()
}

it('batches equal reuses into one entry with a count', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const ann = memory.as({ id: 'ann', role: 'reader' })
  const bob = memory.as({ id: 'bob', role: 'reader' })
  await ann.once('sum/1', ({ reportUsage }) => (reportUsage({ inputTokens: 4, outputTokens: 1, usd: 0.25 }), 3))
  for (let time = 0; time < 1_000; time += 1) await ann.once('sum/1', () => 3)
  await bob.once('sum/1', () => 3)
  expect(await memory.ledger()).toMatchObject({
    sum: { computed: 1, reused: 1_001, saved: { inputTokens: 4_004, outputTokens: 1_001 } },
  })
  const { entries } = await ann.feed.read({ after: 0, collections: ['ledger'], limit: 1_000 })
  const reuses = entries.flatMap((entry) => (entry.type === 'reuses' ? entry.reuses : []))
  expect(reuses.length).toBeLessThan(100)
  const countOf = (agent: string): number =>
    reuses.filter((one) => one.agent === agent).reduce((sum, { count }) => sum + count, 0)
  expect([countOf('ann'), countOf('bob')]).toEqual([1_000, 1])
  expect(reuses.reduce((sum, { saved: { usd = 0 } }) => sum + usd, 0)).toBe(250.25)
})

it('compacts batches that the feed no longer shows, and loses nothing', async () => {
  await using store = await open(100)
  const ledger = new Ledger(store, 'one', fail)
  const works = Array.from({ length: 1_300 }, (_, index) => (index % 3 === 0 ? 'read/1' : `note/${index}`))
  const before = await note(ledger, works)
  expect(before).toMatchObject({
    read: { reused: 434, saved: { ms: 4_340 } },
    note: { reused: 866, saved: { inputTokens: 1_732 } },
  })
  expect(await batchesOf(store)).toBe(1_300)
  await ledger.compact()
  expect(await batchesOf(store)).toBe(300)
  // Compaction adds only its two sums to the feed.
  expect((await store.changes(0, 1)).last).toBe(1_302)
  while ((await store.sweep(500)) > 0);
  expect(await batchesOf(store)).toBe(300)
  expect(await ledger.report()).toEqual(before)
  // Later reuses don't count compacted ones again.
  expect(await note(ledger, ['read/1'])).toMatchObject({ read: { reused: 435 }, note: { reused: 866 } })
})

it('does not compact batches that the feed still shows', async () => {
  await using store = await open(100_000)
  const ledger = new Ledger(store, 'one', fail)
  await note(
    ledger,
    Array.from({ length: 600 }, () => 'read/1'),
  )
  await ledger.compact()
  expect(await batchesOf(store)).toBe(600)
})

it('counts each batch once during concurrent compactions and reports', async () => {
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

it('repeats a failed write, and counts a write of unknown outcome once', async () => {
  const { driver, faults } = faultyStore(mapStore())
  await using store = await driver.open('default', 'writer')
  const errors: unknown[] = []
  const ledger = new Ledger(store, 'one', (error) => errors.push(error))
  for (const when of ['before', 'after'] as const) {
    faults.fail('write', { when })
    ledger.note(reuse('read/1'))
    await ledger[Symbol.asyncDispose]()
  }
  expect(errors).toMatchObject([{ code: 'SKEIN_STORE' }, { code: 'SKEIN_OUTCOME_UNKNOWN' }])
  expect(await ledger.report()).toMatchObject({ read: { reused: 2 } })
  expect(await batchesOf(store)).toBe(2)
})

it('counts what is used where it is used, and what is saved with all that is contained', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const ann = memory.as({ id: 'ann', role: 'reader' })
  const ask = () =>
    ann.once('model/1', ({ reportUsage, reportDuration }) => {
      reportUsage({ calls: 1, inputTokens: 80, outputTokens: 20, usd: 0.5 })
      reportDuration(700)
      return 'yes'
    })
  const answer = async () => {
    const { value } = await ask()
    // Not shared, as answers at a temperature are.
    noteUse(ann, 'model', { ...noCost, calls: 1, ms: 100, inputTokens: 10 })
    return value
  }
  const study = () =>
    ann.once('study/1', async ({ reportDuration }) => {
      await answer()
      await answer()
      reportDuration(1_000)
      return 'done'
    })
  const whole = { calls: 3, ms: 1_000, inputTokens: 100, outputTokens: 20, cachedInputTokens: 0, usd: 0.5 }
  expect(await study()).toMatchObject({ reused: false, cost: whole })
  expect(await study()).toMatchObject({ reused: true, cost: whole })
  const ledger = await memory.ledger()
  expect(ledger).toEqual({
    model: {
      computed: 1,
      used: { ...whole, ms: 900 },
      reused: 1,
      saved: { ...noCost, calls: 1, ms: 700, inputTokens: 80, outputTokens: 20, usd: 0.5 },
    },
    study: { computed: 1, used: { ...noCost, ms: 100 }, reused: 1, saved: whole },
  })
  expect(sumOfLedger(ledger)).toMatchObject({ used: whole, saved: { calls: 4, ms: 1_700, usd: 1 } })
})

it('counts what was used for work that failed, or whose result is gone', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const ann = memory.as({ id: 'ann', role: 'reader' })
  const failing = ann.once('model/1', ({ reportUsage }) => {
    reportUsage({ calls: 1, inputTokens: 7 })
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  await ann.once('model/2', ({ reportUsage }) => reportUsage({ calls: 1, inputTokens: 5 }), { ttlMs: 1 })
  await expect.poll(async () => (await memory.ledger())['model']?.computed).toBe(0)
  expect(await memory.ledger()).toMatchObject({ model: { used: { calls: 2, inputTokens: 12 } } })
})

it('keeps what was used for results that were forgotten, and counts what is used to make them anew', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const view = (scope?: ReadScope) => memory.as({ id: 'ann', role: 'reader' }, scope)
  const seen = await view().observations.log({ value: 'sold' })
  const compute = async (): Promise<void> => {
    using scope = new ReadScope()
    const ann = view(scope)
    const work = async ({ reportUsage }: WorkContext): Promise<unknown> => {
      reportUsage({ calls: 1, usd: 0.5 })
      return (await ann.observations.list()).items.map(({ value }) => value)
    }
    await ann.once('model/1', work, { onRetract: 'recompute' })
  }
  const line = async (): Promise<unknown> => {
    const { model } = await memory.ledger()
    return [model?.computed, model?.used.calls, model?.used.usd]
  }
  await compute()
  expect(await view().forgetWork('model/1')).toBe(true)
  expect(await line()).toEqual([0, 1, 0.5])
  await compute()
  await view().observations.retract(seen.id, 'A rumor.')
  expect(await line()).toEqual([0, 2, 1])
  await view().observations.log({ value: 'for sale', subject: 'person/42' })
  await compute()
  expect(await line()).toEqual([1, 3, 1.5])
  await view().forget({ subject: 'person/42' }, { reason: 'asked' })
  expect(await line()).toEqual([0, 3, 1.5])
})

it('reads batches, sums and costs of work as earlier versions wrote them', async () => {
  await using store = await open(100)
  const meta = { author: 'old', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
  const row = (collection: 'ledger' | 'work', id: string, value: unknown) =>
    ({ type: 'set', key: { collection, id }, value: JSON.stringify(value), meta }) as const
  const saved = { savedMs: 10, savedTokens: 2, savedUsd: 0.5 }
  await store.write([
    row('ledger', 'sum', [['public read', { reused: 3, ...saved }]]),
    row('ledger', 'batch', [{ work: 'public read/1', agent: 'ann', count: 1, ...saved }]),
    row('work', 'public read/1', { state: 'done', value: 1, durationMs: 20, tokens: 4, usd: 1 }),
  ])
  await using ledger = new Ledger(store, 'one', fail)
  expect(await ledger.report()).toEqual({
    read: {
      computed: 1,
      used: { ...noCost, ms: 20, inputTokens: 4, usd: 1 },
      reused: 4,
      saved: { ...noCost, ms: 20, inputTokens: 4, usd: 1 },
    },
  })
})
