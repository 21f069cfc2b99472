import { liveRecord } from './apply-mutation.ts'
import type { Row } from './apply-mutation.ts'
import type { RangeCheckMutation } from './mutation.ts'
import { matchesFilter } from './record-filter.ts'
import type { Seq } from './record.ts'

/** What {@link isUnwritten} asks a store, besides the check. */
export interface RangeSituation {
  /** Rows of the collection, among them all that were written after the position. */
  readonly rows: Iterable<Row>
  /** The store's clock, Unix milliseconds. */
  readonly now: number
  /** The newest position of the feed. */
  readonly seq: Seq
  /** The incarnation of the feed, if it has one. */
  readonly incarnation?: string | undefined
}

/**
 * Whether the list of a range shows no record that was written after the position. The store must never say so where
 * there may be one; it may be wrong the other way.
 */
export function isUnwritten(check: RangeCheckMutation, { rows, now, seq, incarnation }: RangeSituation): boolean {
  if (!isSameFeed(check, seq, incarnation)) return false
  const { key, after, filter } = check
  const { collection, id: prefix } = key
  for (const row of rows) {
    const record = liveRecord(row, now)
    if (!record || record.seq <= after || !record.id.startsWith(prefix)) continue
    if (matchesFilter(record, { ...filter, collection })) return false
  }
  return true
}

/** Whether the position of a check is one of this feed. What a feed has lost can't be told from what never was. */
export function isSameFeed(
  { after, incarnation: then }: RangeCheckMutation,
  seq: Seq,
  now: string | undefined,
): boolean {
  return after <= seq && (then === undefined || now === undefined || then === now)
}
