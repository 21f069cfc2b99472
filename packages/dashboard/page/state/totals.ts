/** What was counted from the first event of the scene on. */
export interface Totals {
  readonly written: number
  readonly deleted: number
  readonly reads: number
  readonly hits: number
  /** Runs that ended well, and runs that did not. */
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

/** Totals with some of them grown. */
export function plus(totals: Totals, growth: Partial<Totals>): Totals {
  const sum: Record<keyof Totals, number> = { ...totals }
  for (const [name, by] of Object.entries(growth) as [keyof Totals, number][]) sum[name] += by
  return sum
}
