import { decideMutation } from './apply-mutation.ts'
import type { Row } from './apply-mutation.ts'
import type { Collection } from './collections.ts'
import type { Mutation, RangeCheckMutation, Refusal, Written } from './mutation.ts'
import { pastEffect } from './past.ts'
import type { PastEffect } from './past.ts'
import { isUnwritten } from './range-check.ts'
import type { RangeSituation } from './range-check.ts'
import type { RecordKey, Seq } from './record.ts'

/** What {@link decideBatch} asks a store, besides the batch. */
export interface BatchSituation {
  /** The store's clock, Unix milliseconds. */
  readonly now: number
  /** The newest position of the feed. */
  readonly seq: number
  /** The row of a key, deleted and expired ones included. */
  rowOf(key: RecordKey): Row | undefined
  /** Whether there are bytes of an object by this name. */
  hasBytes(name: string): boolean
  /** The highest version among the rows ever swept from a collection; 0 when there was none. */
  floorOf(collection: Collection): number
  /** The rows of a collection that were written after a position; others may be among them. */
  rowsAfter(collection: Collection, seq: Seq): Iterable<Row>
  /** The incarnation of the feed, if it has one. */
  readonly incarnation?: string | undefined
}

/** A row to store. */
export interface Put {
  readonly mutation: Mutation
  readonly row: Row
  /** Whether the feed gets an entry. */
  readonly isChange: boolean
  /** What becomes of the past versions of its record. */
  readonly past: PastEffect
}

/** What a store must do for a batch: all of it, or nothing. */
export type BatchVerdict =
  | {
      readonly ok: true
      readonly puts: readonly Put[]
      readonly written: readonly Written[]
      /** The newest position of the feed afterwards. */
      readonly seq: number
    }
  | { readonly ok: false; readonly refusal: Refusal }

/**
 * Decides about a batch by {@link decideMutation}, for stores that can look up rows
 * synchronously within their transaction. Nothing is to be stored before all of it is decided.
 */
export function decideBatch(batch: readonly Mutation[], situation: BatchSituation): BatchVerdict {
  const { now, rowOf, floorOf } = situation
  const puts: Put[] = []
  const written: Written[] = []
  let { seq } = situation
  for (const [index, mutation] of batch.entries()) {
    const { key, guard } = mutation
    const [row, guardRow, floor] = [rowOf(key), guard && rowOf(guard.key), floorOf(key.collection)]
    const needs = mutation.type === 'set' ? mutation.needs : undefined
    const hasContent = needs?.some((name) => situation.hasBytes(name))
    const holds = mutation.type !== 'check-range' || isUnwritten(mutation, rangeSituation(mutation, situation, seq))
    const verdict = decideMutation(mutation, {
      row,
      guardRow,
      now,
      seq: seq + 1,
      floor,
      hasContent,
      isUnwritten: holds,
    })
    if (verdict.type === 'refuse') return { ok: false, refusal: { index, ...verdict.refusal } }
    written.push(verdict.written)
    if (verdict.type === 'nothing') continue
    puts.push({ mutation, row: verdict.row, isChange: verdict.change, past: pastEffect(mutation, row, verdict.row) })
    if (verdict.change) seq += 1
  }
  return { ok: true, puts, written, seq }
}

function rangeSituation(
  { key, after }: RangeCheckMutation,
  { now, incarnation, rowsAfter }: BatchSituation,
  seq: Seq,
): RangeSituation {
  return { rows: rowsAfter(key.collection, after), now, seq, incarnation }
}
