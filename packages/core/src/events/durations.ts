import { createHistogram } from 'node:perf_hooks'
import type { RecordableHistogram } from 'node:perf_hooks'

/** Statistics of many durations, in milliseconds. All are 0 if there were none. */
export interface DurationSummary {
  readonly count: number
  readonly min: number
  readonly mean: number
  readonly max: number
  /** Half of them took no longer. */
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** A day. Longer ones count as that. */
const mostUs = 86_400_000_000

/** Durations in little memory: about 30 KB however many, within 1 % of what they were. */
export class Durations {
  #histogram: RecordableHistogram | undefined

  record(ms: number): void {
    this.#histogram ??= createHistogram({ lowest: 1, highest: mostUs, figures: 2 })
    this.#histogram.record(Math.min(mostUs, Math.max(1, Math.round(ms * 1_000))))
  }

  summary(): DurationSummary {
    const histogram = this.#histogram
    if (!histogram) return { count: 0, min: 0, mean: 0, max: 0, p50: 0, p90: 0, p99: 0 }
    const { count, min, mean, max } = histogram
    // A percentile is rounded up to the end of its bucket.
    const at = (percentile: number): number => Math.min(max, histogram.percentile(percentile)) / 1_000
    return {
      count,
      min: min / 1_000,
      mean: mean / 1_000,
      max: max / 1_000,
      p50: at(50),
      p90: at(90),
      p99: at(99),
    }
  }
}
