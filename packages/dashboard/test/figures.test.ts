import { setTimeout as pause } from 'node:timers/promises'

import { budgetScope } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import type { FeedEntry } from '@skein/memory/runtime'
import { describe, expect, it } from 'vitest'

import { MarkMaker, windowFigures } from '../src/index.ts'
import type { FigureMark, Figures } from '../src/index.ts'
import { openBoard } from './open-board.ts'

const computed = { type: 'computed', isAgain: false, isModel: false, ms: 100, tokens: 10, usd: 0.5 } as const

describe('figures of a window', () => {
  it('adds up what was spent and avoided', () => {
    const marks: FigureMark[] = [
      { ...computed, at: 10 },
      { ...computed, at: 20, isModel: true, ms: 40, tokens: 7, usd: 0.25 },
      { type: 'reused', at: 30, count: 1, ms: 100, tokens: 10, usd: 0.5 },
      { type: 'reused', at: 90, count: 3, ms: 1, tokens: 1, usd: 0 },
    ]
    const { spent, avoided, series } = windowFigures(marks, { since: 0, until: 100 })
    // An activity's tokens are those of the model calls that it made.
    expect(spent).toEqual({ calls: 1, ms: 100, tokens: 7, usd: 0.25 })
    expect(series.reduce((sum, { calls }) => sum + calls, 0)).toBe(spent.calls)
    expect(avoided).toEqual({ calls: 4, ms: 101, tokens: 11, usd: 0.5 })
    expect(windowFigures(marks, { since: 30, until: 90 })).toMatchObject({ avoided: { calls: 1 }, spent: { calls: 0 } })
  })

  it('takes median and 95th percentile by nearest rank', () => {
    const marks = Array.from({ length: 20 }, (_, n): FigureMark => ({ type: 'done', at: n, task: `${n}`, ms: n + 1 }))
    expect(windowFigures(marks, { since: 0, until: 100 }).completion).toEqual({ medianMs: 10, p95Ms: 19, count: 20 })
    expect(windowFigures([], { since: 0, until: 100 }).completion).toEqual({ medianMs: 0, p95Ms: 0, count: 0 })
  })

  it('rates rework over works and claims, escalations over tasks', () => {
    const marks: FigureMark[] = [
      { ...computed, at: 1 },
      { ...computed, at: 2, isAgain: true },
      { type: 'begun', at: 3, task: 'a', isAgain: false },
      { type: 'begun', at: 4, task: 'b', isAgain: true },
      { type: 'escalated', at: 5, task: 'a' },
      { type: 'escalated', at: 6, task: 'a' },
      { type: 'done', at: 7, task: 'a', ms: 4 },
      { type: 'done', at: 8, task: 'b', ms: 4 },
    ]
    expect(windowFigures(marks, { since: 0, until: 100 })).toMatchObject({ reworkRate: 0.5, escalationRate: 0.5 })
    expect(windowFigures([], { since: 0, until: 100 })).toMatchObject({ reworkRate: 0, escalationRate: 0 })
  })

  it('shows how they went over time: pieces of a window add up to it', () => {
    const marks = Array.from({ length: 600 }, (_, n): FigureMark => ({ ...computed, at: 1_000 + n }))
    const { series } = windowFigures(marks, { since: 1_000, until: 1_600 })
    expect(series).toHaveLength(60)
    expect(series[0]).toEqual({ at: 1_000, calls: 10, avoided: 0, reworkRate: 0, escalationRate: 0 })
    expect(series.reduce((sum, { calls }) => sum + calls, 0)).toBe(600)
    expect(windowFigures([], { since: 5, until: 5 }).series).toEqual([])
  })
})

/** All of a feed, read in pieces. */
async function feedOf(view: View, limit: number): Promise<readonly FeedEntry[]> {
  const entries: FeedEntry[] = []
  for (let after = 0; ;) {
    const page = await view.feed.read({ after, limit, withRecords: true })
    entries.push(...page.entries)
    if (page.seq === after) return entries
    after = page.seq
  }
}

function marksOf(entries: readonly FeedEntry[]): readonly FigureMark[] {
  const maker = new MarkMaker()
  return entries.flatMap((entry) => maker.marksOf(entry))
}

describe('what the feed tells', () => {
  it('of tasks: done and reopened', async () => {
    await using memory = await openMemory({ store: mapStore() })
    const ann = memory.as({ id: 'ann', role: 'worker' })
    const done = await ann.claims.claim('done')
    await done?.release()
    const again = await ann.claims.claim('done')
    await again?.release()
    const marks = marksOf(await feedOf(ann, 100))
    expect(marks.map((mark) => (mark.type === 'begun' ? `begun ${mark.isAgain}` : mark.type))).toEqual([
      'begun false',
      'done',
      'begun true',
      'done',
    ])
  })

  it('of a task whose owner was lost: it began with its first claim', () => {
    const maker = new MarkMaker()
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
    expect([change('set', 1), change('set', 2), change('delete', 3)].flatMap((entry) => maker.marksOf(entry))).toEqual([
      { type: 'begun', at: 100, task: 't1', isAgain: false },
      { type: 'begun', at: 200, task: 't1', isAgain: true },
      { type: 'done', at: 300, task: 't1', ms: 200 },
    ])
  })

  it('of works: computed, failed, and computed again when the result had expired', async () => {
    await using memory = await openMemory({ store: mapStore() })
    const ann = memory.as({ id: 'ann', role: 'worker' })
    const work = () => ann.once('model/x/chat/1', ({ reportUsage }) => (reportUsage(5, 0.25), 1), { ttlMs: 1 })
    await work()
    while ((await ann.records.list({ collection: 'work' })).items.length > 0) await pause(1)
    await work()
    await ann.once('model/x/chat/2', () => Promise.reject(new Error('no'))).catch(() => {})
    const marks = marksOf(await feedOf(ann, 3))
    expect(marks.map((mark) => mark.type === 'computed' && [mark.isAgain, mark.isModel])).toEqual([
      [false, true],
      [true, true],
    ])
  })

  it('makes the same figures again, in pieces of any size, for any window', async () => {
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
    const figures = windowFigures(whole, { since: 0, until: Number.MAX_SAFE_INTEGER })
    expect(figures).toMatchObject({
      spent: { calls: 20 },
      avoided: { calls: 20 },
      completion: { count: 20 },
      reworkRate: 0,
      escalationRate: 0.25,
    })
  })
})

it('answers with them, with budgets and what the cache did', async () => {
  const budget = budgetScope({ tokens: 1_000, id: 'run/1' })
  await using open = await openBoard({ budgets: [budget] })
  const ann = open.memory.as({ id: 'ann', role: 'worker' })
  await ann.once('sum/1', ({ reportDuration }) => (reportDuration(50), 1))
  await open.memory.as({ id: 'bob', role: 'worker' }).once('sum/1', () => 1)
  await ann.facts.set('a', 1)
  await ann.facts.get('a')
  await ann.facts.get('a')
  await open.memory.ledger()
  const figures = await open.json<Figures>('/api/figures')
  expect(figures).toMatchObject({
    spent: { calls: 1, ms: 50 },
    avoided: { calls: 1, ms: 50 },
    cache: { hits: expect.any(Number), misses: expect.any(Number) },
    budgets: [{ id: 'run/1', measure: 'tokens', spent: 0, limit: 1_000 }],
    reworkRate: 0,
  })
  expect(figures.until).toBeGreaterThan(figures.since)
  await ann.once('sum/2', () => 1)
  expect(await open.json<Figures>('/api/figures')).toMatchObject({ spent: { calls: 2 } })
  expect(await open.json<Figures>(`/api/figures?until=${figures.since}`)).toMatchObject({
    spent: { calls: 0 },
    series: [],
  })
})
