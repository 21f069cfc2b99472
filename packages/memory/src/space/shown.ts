import type { Change } from '../store/change.ts'
import type {
  CheckMutation,
  DeleteMutation,
  RangeCheckMutation,
  SetMutation,
  TouchMutation,
  WithdrawMutation,
} from '../store/mutation.ts'
import type { RecordMeta, StoredRecord } from '../store/record.ts'
import { asHeld, isWithdrawn } from '../values/access.ts'

/*
 * What has passed the gate of a principal (`Actor`). Only the gate makes these types, so
 * whatever turns a record into something that agents see can't be given one that was not
 * checked, and whatever writes can't be given a label that leaves out what was read.
 */

declare const shown: unique symbol
declare const marked: unique symbol

/** A record that a principal may see: its clearance covers the label, and the audit and the scope have noted it. */
export type Shown = StoredRecord & {
  readonly [shown]: true
  /** Of a record that was corrected, and is shown all the same. Its label is the one that it had before. */
  readonly isWithdrawn?: true
}

/** A version of a record, or the tombstone of a delete, as {@link Shown}. */
export interface ShownVersion {
  readonly record: Shown
  readonly deleted: boolean
}

/** Which records to show: only valid ones, or retracted and superseded ones as well. */
export type Include = 'holding' | 'all'

/** A change that a principal may see, as {@link Shown}. */
export type ShownChange = Change & { readonly [shown]: true }

/** Metadata of a write, with a label that covers everything that its writer has read. */
export type Marked = RecordMeta & { readonly [marked]: true }

/** A write by a principal. */
export type OwnMutation =
  | (Omit<SetMutation, 'meta' | 'over'> & { readonly meta: Marked })
  | Omit<DeleteMutation, 'author' | 'over'>
  | Omit<TouchMutation, 'over'>
  | Omit<WithdrawMutation, 'over'>
  | Omit<CheckMutation, 'over'>
  | Omit<RangeCheckMutation, 'over'>

/** A record with the label that it had before it was corrected, and said to be corrected. */
export function withoutMark(record: StoredRecord | undefined): StoredRecord | undefined {
  return record && isWithdrawn(record) ? { ...asHeld(record), ...withdrawn } : record
}

const withdrawn = { isWithdrawn: true } satisfies Pick<Shown, 'isWithdrawn'>
