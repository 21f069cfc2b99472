import type { Cost, Metrics } from '../protocol/protocol.ts'
import type { MetricMark } from './metric-mark.ts'

/** From `since` up to but excluding `until`; Unix milliseconds. */
export interface TimeWindow {
  readonly since: number
  readonly until: number
}

/** The metrics that follow from the feed alone. */
export type WindowMetrics = Pick<Metrics, 'saved' | 'spent' | 'completion' | 'reworkRate' | 'escalationRate' | 'series'>

type Computed = Extract<MetricMark, { readonly type: 'computed' }>

/** Buckets of a window's series. */
const maxBuckets = 60

/**
 * Computes the metrics of a window.
 *
 * - completion: from the first claim of a task to its release.
 * - rework rate: results computed although they had been before, or again after a worker was lost, and tasks claimed
 *   again, over all results and claims.
 * - escalation rate: tasks escalated, over tasks that were escalated or ended.
 * - spent: calls, tokens and money of model calls if there are any, since activities include those of the calls they
 *   make; working time of everything else. The series counts the same calls.
 *
 * @param marks - From {@link MetricReducer}, in order.
 *
 * @example
 * ```ts
 * import { windowMetrics } from '@skein/dashboard'
 *
 * const reused = { type: 'reused', at: 10, count: 3, ms: 900, tokens: 60, usd: 0 } as const
 * windowMetrics([reused], { since: 0, until: 100 }).saved // => { calls: 3, ms: 900, tokens: 60, usd: 0 }
 * ```
 */
export function windowMetrics(marks: readonly MetricMark[], { since, until }: TimeWindow): WindowMetrics {
  const inWindow = marks.filter(({ at }) => at >= since && at < until)
  const durations = inWindow.flatMap((mark) => (mark.type === 'done' ? [mark.ms] : [])).toSorted((a, b) => a - b)
  return {
    saved: savedOf(inWindow),
    spent: spentOf(inWindow),
    completion: { medianMs: quantile(durations, 0.5), p95Ms: quantile(durations, 0.95), count: durations.length },
    reworkRate: reworkRateOf(inWindow),
    escalationRate: escalationRateOf(inWindow),
    series: seriesOf(inWindow, { since, until }),
  }
}

function savedOf(marks: readonly MetricMark[]): Cost {
  const reuses = marks.filter((mark) => mark.type === 'reused')
  return { calls: sum(reuses, 'count'), ms: sum(reuses, 'ms'), tokens: sum(reuses, 'tokens'), usd: sum(reuses, 'usd') }
}

function spentOf(marks: readonly MetricMark[]): Cost {
  const computed = marks.filter((mark) => mark.type === 'computed')
  const calls = callsOf(marks)
  const others = computed.filter(({ isModel }) => !isModel)
  const timed = others.length > 0 ? others : computed
  return { calls: calls.length, ms: sum(timed, 'ms'), tokens: sum(calls, 'tokens'), usd: sum(calls, 'usd') }
}

/** The results that count as calls: those of models if there are any, otherwise all. */
function callsOf(marks: readonly MetricMark[]): readonly Computed[] {
  const computed = marks.filter((mark) => mark.type === 'computed')
  const models = computed.filter(({ isModel }) => isModel)
  return models.length > 0 ? models : computed
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
  const calls = new Set<MetricMark>(callsOf(marks))
  const buckets = Map.groupBy(marks, ({ at }) => since + Math.floor((at - since) / width) * width)
  const count = Math.min(maxBuckets, Math.ceil((until - since) / width))
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const at = since + index * width
    const bucket = buckets.get(at) ?? []
    return {
      at,
      calls: bucket.filter((mark) => calls.has(mark)).length,
      saved: savedOf(bucket).calls,
      reworkRate: reworkRateOf(bucket),
      escalationRate: escalationRateOf(bucket),
    }
  })
}

/** The smallest of the sorted numbers that at least this share does not exceed (nearest rank); 0 of none. */
function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0
}

function sum<Name extends string>(all: readonly Readonly<Record<Name, number>>[], name: Name): number {
  return all.reduce((total, one) => total + one[name], 0)
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
