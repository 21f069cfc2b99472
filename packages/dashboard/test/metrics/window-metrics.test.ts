import { expect, it } from 'vitest'

import { windowMetrics } from '../../src/index.ts'
import type { MetricMark } from '../../src/index.ts'

const computed = { type: 'computed', isRework: false } as const
const used = { type: 'used', calls: 1, ms: 100, tokens: 10, usd: 0.5 } as const

it('adds up what was spent and saved', () => {
  const marks: MetricMark[] = [
    { ...computed, at: 10 },
    { ...used, at: 11 },
    { ...used, at: 20, calls: 0, ms: 40, tokens: 0, usd: 0 },
    { type: 'reused', at: 30, count: 1, calls: 2, ms: 100, tokens: 10, usd: 0.5 },
    { type: 'reused', at: 90, count: 3, calls: 3, ms: 1, tokens: 1, usd: 0 },
  ]
  const { spent, saved, results, series } = windowMetrics(marks, { since: 0, until: 100 })
  expect(results).toEqual({ computed: 1, reused: 4 })
  expect(spent).toEqual({ calls: 1, ms: 140, tokens: 10, usd: 0.5 })
  expect(series.reduce((sum, { calls }) => sum + calls, 0)).toBe(spent.calls)
  expect(saved).toEqual({ calls: 5, ms: 101, tokens: 11, usd: 0.5 })
  expect(windowMetrics(marks, { since: 30, until: 90 })).toMatchObject({ saved: { calls: 2 }, spent: { calls: 0 } })
})

it('computes median and 95th percentile by nearest rank', () => {
  const marks = Array.from({ length: 20 }, (_, n): MetricMark => ({ type: 'done', at: n, task: `${n}`, ms: n + 1 }))
  expect(windowMetrics(marks, { since: 0, until: 100 }).completion).toEqual({ medianMs: 10, p95Ms: 19, count: 20 })
  expect(windowMetrics([], { since: 0, until: 100 }).completion).toEqual({ medianMs: 0, p95Ms: 0, count: 0 })
})

it('computes rework over results and claims, escalations over tasks', () => {
  const marks: MetricMark[] = [
    { ...computed, at: 1 },
    { ...computed, at: 2, isRework: true },
    { type: 'claimed', at: 3, task: 'a', isRework: false },
    { type: 'claimed', at: 4, task: 'b', isRework: true },
    { type: 'escalated', at: 5, task: 'a' },
    { type: 'escalated', at: 6, task: 'a' },
    { type: 'done', at: 7, task: 'a', ms: 4 },
    { type: 'done', at: 8, task: 'b', ms: 4 },
  ]
  expect(windowMetrics(marks, { since: 0, until: 100 })).toMatchObject({ reworkRate: 0.5, escalationRate: 0.5 })
  expect(windowMetrics([], { since: 0, until: 100 })).toMatchObject({ reworkRate: 0, escalationRate: 0 })
})

it('divides a window into buckets that add up to it', () => {
  const marks = Array.from({ length: 600 }, (_, n): MetricMark => ({ ...used, at: 1_000 + n }))
  const { series } = windowMetrics(marks, { since: 1_000, until: 1_600 })
  expect(series).toHaveLength(60)
  expect(series[0]).toEqual({ at: 1_000, calls: 10, saved: 0, reworkRate: 0, escalationRate: 0 })
  expect(series.reduce((sum, { calls }) => sum + calls, 0)).toBe(600)
  expect(windowMetrics([], { since: 5, until: 5 }).series).toEqual([])
})
