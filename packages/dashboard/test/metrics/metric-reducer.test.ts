import { setTimeout as pause } from 'node:timers/promises'

import { mapStore, openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import type { FeedEntry } from '@skein/memory/runtime'
import { expect, it } from 'vitest'

import { MetricReducer, windowMetrics } from '../../src/index.ts'
import type { MetricMark } from '../../src/index.ts'

/** All entries of a feed, read page by page. */
async function feedOf(view: View, limit: number): Promise<readonly FeedEntry[]> {
  const entries: FeedEntry[] = []
  for (let after = 0; ;) {
    const page = await view.feed.read({ after, limit, withRecords: true })
    entries.push(...page.entries)
    if (page.seq === after) return entries
    after = page.seq
  }
}

function marksOf(entries: readonly FeedEntry[]): readonly MetricMark[] {
  const reducer = new MetricReducer()
  return entries.flatMap((entry) => reducer.reduce(entry))
}

it('marks tasks as claimed, done, and claimed again', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const ann = memory.as({ id: 'ann', role: 'worker' })
  const done = await ann.claims.claim('done')
  await done?.release()
  const again = await ann.claims.claim('done')
  await again?.release()
  const marks = marksOf(await feedOf(ann, 100))
  expect(marks.map((mark) => (mark.type === 'claimed' ? `claimed ${mark.isRework}` : mark.type))).toEqual([
    'claimed false',
    'done',
    'claimed true',
    'done',
  ])
})

it('counts a task whose owner was lost from its first claim', () => {
  const reducer = new MetricReducer()
  const change = (op: 'set' | 'delete', seq: number): FeedEntry => ({
    type: 'change',
    seq,
    record: undefined,
    change: {
      seq,
      op,
      at: 100 * seq,
      version: seq,
      collection: 'claims',
      id: 't1',
      author: 'ann',
      sensitivity: 'public',
      compartments: [],
    },
  })
  expect([change('set', 1), change('set', 2), change('delete', 3)].flatMap((entry) => reducer.reduce(entry))).toEqual([
    { type: 'claimed', at: 100, task: 't1', isRework: false },
    { type: 'claimed', at: 200, task: 't1', isRework: true },
    { type: 'done', at: 300, task: 't1', ms: 200 },
  ])
})

it('marks a result that replaces an expired one as rework; leaves failures out', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const ann = memory.as({ id: 'ann', role: 'worker' })
  const work = (options = {}) => ann.once('model/x/chat/1', () => 1, options)
  await work({ ttlMs: 1 })
  while ((await ann.records.list({ collection: 'work' })).items.length > 0) await pause(1)
  await work()
  await ann.once('model/x/chat/2', () => Promise.reject(new Error('no'))).catch(() => {})
  const marks = marksOf(await feedOf(ann, 3))
  expect(marks.flatMap((mark) => (mark.type === 'computed' ? [mark.isRework] : []))).toEqual([true])
})

it('counts works, and not their attempts, whenever it looks', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const ann = memory.as({ id: 'ann', role: 'worker' })
  const computed = (marks: readonly MetricMark[]): number => marks.filter(({ type }) => type === 'computed').length
  const early = new MetricReducer()
  await ann.once('sum/1', () => Promise.reject(new Error('Not yet.'))).catch(() => {})
  const before = await feedOf(ann, 100)
  await ann.once('sum/1', () => 1)
  const all = await feedOf(ann, 100)
  const looks = [before, all.slice(before.length)].map((entries) => entries.flatMap((entry) => early.reduce(entry)))
  expect(looks.map(computed)).toEqual([0, 1])
  // The version of the failure is gone for who looks later.
  expect(all.filter((entry) => entry.type === 'change' && entry.change.collection === 'work')).toHaveLength(4)
  expect(computed(marksOf(all))).toBe(1)
})

it('gives the same metrics for pages of any size', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const ann = memory.as({ id: 'ann', role: 'worker' })
  const bob = memory.as({ id: 'bob', role: 'worker' })
  for (let n = 0; n < 20; n += 1) {
    const claim = await ann.claims.claim(`t${n}`)
    await ann.once(`sum/${n}`, () => n)
    await bob.once(`sum/${n}`, () => n)
    if (n % 4 === 0) await ann.escalations.open({ task: `t${n}`, reason: 'Too hard.' })
    await claim?.release()
  }
  await memory.ledger()
  const whole = marksOf(await feedOf(ann, 1_000))
  expect(marksOf(await feedOf(ann, 1))).toEqual(whole)
  const metrics = windowMetrics(whole, { since: 0, until: Number.MAX_SAFE_INTEGER })
  expect(metrics).toMatchObject({
    results: { computed: 20, reused: 20 },
    completion: { count: 20 },
    reworkRate: 0,
    escalationRate: 0.25,
  })
})
