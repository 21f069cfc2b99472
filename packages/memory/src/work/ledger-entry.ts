import { decodeJson, encodeJson } from '../values/json.ts'
import { addCost, noCost } from './cost.ts'
import type { Cost } from './cost.ts'

/** An agent's reuse of a stored result instead of computing it, one or more times within a batch. */
export interface Reuse {
  /** The id of the work's record, see `workId`. */
  readonly work: string
  readonly agent: string
  /** How often the result was reused. */
  readonly count: number
  /** What that saved in all. */
  readonly saved: Cost
}

/** What an agent used for one kind of work within a batch. */
export interface Use {
  /** The id of a work of that kind, or the beginning of one. */
  readonly work: string
  readonly agent: string
  readonly used: Cost
}

/** An entry of a batch. */
export type LedgerEntry = Reuse | Use

/** Entries of the form before costs had parts. */
interface EarlierReuse {
  readonly work: string
  readonly agent: string
  readonly count: number
  readonly savedMs: number
  readonly savedTokens: number
  readonly savedUsd?: number | undefined
}

/** Id of the record in the `ledger` collection that holds the sum of compacted batches. */
export const ledgerSum = 'sum'

/** The value of a record of a batch. */
export function batchText(entries: readonly LedgerEntry[]): string {
  return encodeJson(entries)
}

/** Parses the value of a record in the `ledger` collection, other than {@link ledgerSum}. */
export function entriesOf(text: string): readonly LedgerEntry[] {
  return (decodeJson(text) as readonly (LedgerEntry | EarlierReuse)[]).map((entry) => {
    if (!('savedMs' in entry)) return entry
    const { work, agent, count, savedMs, savedTokens, savedUsd } = entry
    return { work, agent, count, saved: earlierCost(savedMs, savedTokens, savedUsd) }
  })
}

/** A cost as earlier versions kept it, which did not tell the tokens of questions from those of answers. */
export function earlierCost(ms: number, tokens: number, usd: number | undefined): Cost {
  return { ...noCost, ms, inputTokens: tokens, ...(usd !== undefined && { usd }) }
}

/** What tells an entry from others of its batch. */
export function entryKey(entry: LedgerEntry): string {
  const { agent, work } = entry
  return `${'used' in entry ? 'used' : 'reused'} ${agent.length} ${agent}${work}`
}

/** Merges two entries with the same key. */
export function addEntries(one: LedgerEntry, other: LedgerEntry): LedgerEntry {
  if ('used' in one) return 'used' in other ? { ...one, used: addCost(one.used, other.used) } : one
  if ('used' in other) return one
  return { ...one, count: one.count + other.count, saved: addCost(one.saved, other.saved) }
}
