import type { Cost } from '../../src/protocol/protocol.ts'

/** Counts of events since the first one of the scene. */
export interface Totals {
  readonly written: number
  readonly deleted: number
  readonly reads: number
  /** Reads of records that another agent wrote. */
  readonly shared: number
  /** Runs that succeeded. */
  readonly done: number
  readonly failed: number
  readonly retried: number
  readonly reused: number
  readonly escalated: number
  readonly deadLetters: number
}

/** Before the first event. */
export const noTotals: Totals = {
  written: 0,
  deleted: 0,
  reads: 0,
  shared: 0,
  done: 0,
  failed: 0,
  retried: 0,
  reused: 0,
  escalated: 0,
  deadLetters: 0,
}

/** What was used, and what reuse saved, since the first event of the scene. */
export interface Costs {
  readonly used: Cost
  readonly saved: Cost
}

const noCost: Cost = { calls: 0, ms: 0, tokens: 0, usd: 0 }

/** Before the first event. */
export const noCosts: Costs = { used: noCost, saved: noCost }

/** Counts with increments added. */
export function plus<Counts extends { readonly [Name in keyof Counts]: number }>(
  counts: Counts,
  increments: Partial<Counts>,
): Counts {
  const sum: Record<string, number> = { ...counts }
  for (const [name, by] of Object.entries<number>(increments as Record<string, number>))
    sum[name] = (sum[name] ?? 0) + by
  return sum as Counts
}
