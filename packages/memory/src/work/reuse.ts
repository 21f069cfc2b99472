import { decodeJson } from '../values/json.ts'

/** An agent's reuse of a stored result instead of computing it, one or more times within a batch. */
export interface Reuse {
  /** The id of the work's record, see `workId`. */
  readonly work: string
  readonly agent: string
  /** How often the result was reused. The saved amounts are totals. */
  readonly count: number
  readonly savedMs: number
  readonly savedTokens: number
  readonly savedUsd?: number | undefined
}

/** Id of the record in the `ledger` collection that holds the sum of compacted batches. */
export const ledgerSum = 'sum'

/** Parses the value of a record in the `ledger` collection, other than {@link ledgerSum}. */
export function reusesOf(text: string): readonly Reuse[] {
  return decodeJson(text) as readonly Reuse[]
}

/** Merges two entries for the same agent and work. */
export function addReuses(one: Reuse, other: Reuse): Reuse {
  return {
    ...one,
    count: one.count + other.count,
    savedMs: one.savedMs + other.savedMs,
    savedTokens: one.savedTokens + other.savedTokens,
    savedUsd: (one.savedUsd ?? 0) + (other.savedUsd ?? 0),
  }
}
