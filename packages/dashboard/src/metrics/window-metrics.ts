import type { Cost, Metrics } from '../protocol/protocol.ts'
import type { MetricMark } from '../protocol/metric-mark.ts'

/** From `since` up to but excluding `until`; Unix milliseconds. */
export interface TimeWindow {
  readonly since: number
  readonly until: number
}

/** The metrics that follow from the feed alone. */
export type WindowMetrics = Pick<
  Metrics,
  'saved' | 'spent' | 'results' | 'completion' | 'reworkRate' | 'escalationRate' | 'series'
>

/** Buckets of a window's series. */
const maxBuckets = 60

/**
 * Computes the metrics of a window.
 *
 * - completion: from the first claim of a task to its release.
 * - rework rate: results computed although they had been before, or again after a worker was lost, and tasks claimed
 *   again, over all results and claims.
 * - escalation rate: tasks escalated, over tasks that were escalated or ended.
 * - spent and saved: as in the ledger of the memory, see `Cost`.
 *
 * @param marks - From {@link MetricReducer}, in order.
 *
 * @example
 * ```ts
 * import { windowMetrics } from '@skein/dashboard'
 *
 * const reused = { type: 'reused', at: 10, count: 3, calls: 3, ms: 900, tokens: 60, usd: 0 } as const
 * windowMetrics([reused], { since: 0, until: 100 }).saved // => { calls: 3, ms: 900, tokens: 60, usd: 0 }
 * ```
 */
export function windowMetrics(marks: readonly MetricMark[], { since, until }: TimeWindow): WindowMetrics {
  const inWindow = marks.filter(({ at }) => at >= since && at < until)
  const durations = inWindow.flatMap((mark) => (mark.type === 'done' ? [mark.ms] : [])).toSorted((a, b) => a - b)
  return {
    saved: costOf(inWindow, 'reused'),
    spent: costOf(inWindow, 'used'),
    results: {
      computed: inWindow.filter(({ type }) => type === 'computed').length,
      reused: inWindow.reduce((total, mark) => total + (mark.type === 'reused' ? mark.count : 0), 0),
    },
    completion: { medianMs: quantile(durations, 0.5), p95Ms: quantile(durations, 0.95), count: durations.length },
    reworkRate: reworkRateOf(inWindow),
    escalationRate: escalationRateOf(inWindow),
    series: seriesOf(inWindow, { since, until }),
  }
}

function costOf(marks: readonly MetricMark[], type: 'used' | 'reused'): Cost {
  const costs = marks.filter((mark) => mark.type === type) as readonly (MetricMark & Cost)[]
  const cachedTokens = sum(costs, 'cachedTokens')
  return {
    calls: sum(costs, 'calls'),
    ms: sum(costs, 'ms'),
    tokens: sum(costs, 'tokens'),
    ...(cachedTokens > 0 && { cachedTokens }),
    usd: sum(costs, 'usd'),
  }
}

function reworkRateOf(marks: readonly MetricMark[]): number {
  const started = marks.filter((mark) => mark.type === 'computed' || mark.type === 'claimed')
  return share(started.filter(({ isRework }) => isRework).length, started.length)
}

function escalationRateOf(marks: readonly MetricMark[]): number {
  const escalated = new Set(marks.flatMap((mark) => (mark.type === 'escalated' ? [mark.task] : [])))
  const ended = marks.flatMap((mark) => (mark.type === 'done' || mark.type === 'settled' ? [mark.task] : []))
  return share(escalated.size, new Set([...escalated, ...ended]).size)
}

function seriesOf(marks: readonly MetricMark[], { since, until }: TimeWindow): Metrics['series'] {
  const width = Math.max(1, Math.ceil((until - since) / maxBuckets))
  const buckets = Map.groupBy(marks, ({ at }) => since + Math.floor((at - since) / width) * width)
  const count = Math.min(maxBuckets, Math.ceil((until - since) / width))
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const at = since + index * width
    const bucket = buckets.get(at) ?? []
    return {
      at,
      calls: costOf(bucket, 'used').calls,
      saved: costOf(bucket, 'reused').calls,
      reworkRate: reworkRateOf(bucket),
      escalationRate: escalationRateOf(bucket),
    }
  })
}

/** The smallest of the sorted numbers that at least this share does not exceed (nearest rank); 0 of none. */
function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0
}

function sum<Name extends string>(all: readonly Readonly<Partial<Record<Name, number>>>[], name: Name): number {
  return all.reduce((total, one) => total + (one[name] ?? 0), 0)
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
