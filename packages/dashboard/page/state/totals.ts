/** Counts of events since the first one of the scene. */
export interface Totals {
  readonly written: number
  readonly deleted: number
  readonly reads: number
  readonly hits: number
  /** Runs that succeeded. */
  readonly done: number
  readonly failed: number
  readonly retried: number
  readonly workMs: number
  readonly reused: number
  readonly savedMs: number
  readonly savedTokens: number
  readonly savedUsd: number
  readonly escalated: number
  readonly deadLetters: number
}

/** Before the first event. */
export const noTotals: Totals = {
  written: 0,
  deleted: 0,
  reads: 0,
  hits: 0,
  done: 0,
  failed: 0,
  retried: 0,
  workMs: 0,
  reused: 0,
  savedMs: 0,
  savedTokens: 0,
  savedUsd: 0,
  escalated: 0,
  deadLetters: 0,
}

/** Totals with increments added. */
export function plus(totals: Totals, increments: Partial<Totals>): Totals {
  const sum: Record<keyof Totals, number> = { ...totals }
  for (const [name, by] of Object.entries(increments) as [keyof Totals, number][]) sum[name] += by
  return sum
}
