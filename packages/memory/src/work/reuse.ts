import { decodeJson } from '../values/json.ts'

/** A known result that an agent used instead of computing it, one or more times within a moment. */
export interface Reuse {
  /** The key of the work. */
  readonly work: string
  readonly agent: string
  /** How often; the saved amounts are the sum. */
  readonly count: number
  readonly savedMs: number
  readonly savedTokens: number
  readonly savedUsd?: number | undefined
}

/** Id of the record of the `ledger` collection that holds the sum of old batches. */
export const ledgerSum = 'sum'

/** The reuses that one record of the `ledger` collection, other than {@link ledgerSum}, holds as JSON text. */
export function reusesOf(text: string): readonly Reuse[] {
  return decodeJson(text) as readonly Reuse[]
}

/** Two batches of the same reuse as one. */
export function addReuses(one: Reuse, other: Reuse): Reuse {
  return {
    ...one,
    count: one.count + other.count,
    savedMs: one.savedMs + other.savedMs,
    savedTokens: one.savedTokens + other.savedTokens,
    savedUsd: (one.savedUsd ?? 0) + (other.savedUsd ?? 0),
  }
}
