import type { IndexedRow } from './search/term-table.ts'
import type { Change } from './store/change.ts'
import type { Collection } from './store/collections.ts'
import type { PastVersion } from './store/past.ts'
import type { RecordQuery } from './store/query.ts'
import type { RecordKey, Seq } from './store/record.ts'

/** What a space knows about itself: kept with its rows, and written in the same transactions. */
export interface TableState {
  /** The newest position of the feed. */
  readonly seq: Seq
  /** For each collection, the version above which those of new keys begin. */
  readonly floors: Readonly<Partial<Record<Collection, number>>>
  /** The highest time seen, Unix milliseconds. */
  readonly time: number
  /** Identifies the feed from its first change on. */
  readonly incarnation: string
}

/**
 * One space in a database whose calls are synchronous: what `tableStore` needs to
 * make a store of it. All of it is plain storage, without decisions.
 */
export interface StoreTable {
  /** Runs work in one transaction, that no other process's gets between: all that it did is stored, or nothing if it throws. */
  atomically<Result>(work: () => Result): Result
  /** `undefined` in a new space. */
  readState(): TableState | undefined
  writeState(state: TableState): void
  rowOf(key: RecordKey): IndexedRow | undefined
  /** The rows of a collection whose `seq` is beyond a position, in the order of `seq` or against it. */
  rows(collection: Collection, order: RecordQuery['order'], after: Seq): Iterable<IndexedRow>
  /** Stores a row in place of the one with its key. */
  put(row: IndexedRow): void
  /** Up to `limit` rows that are deleted or whose record expires at or before a time. */
  ended(time: number, limit: number): Iterable<IndexedRow>
  remove(key: RecordKey): void
  /** Adds the next change to the feed. */
  append(change: Change): void
  changes(after: Seq, limit: number): readonly Change[]
  /** Drops changes from the feed, up to and including a position. */
  trim(upTo: Seq): void
  /** All rows, in any order. */
  all(): Iterable<IndexedRow>
  /** Past versions of records, apart from their rows. */
  readonly past: {
    /** Those of a record, newest first. */
    of(key: RecordKey): readonly PastVersion[]
    /** Replaces all those of a record. */
    put(key: RecordKey, newestFirst: readonly PastVersion[]): void
    /** The ids of the records that have some, in any order. */
    ids(collection: Collection): Iterable<string>
  }
  readonly objects: {
    /** Does nothing where there are bytes by this name. */
    put(name: string, bytes: Uint8Array): void
    get(name: string): Uint8Array | undefined
    delete(name: string): void
    names(): Iterable<string>
  }
  /** Erases what is left of removed rows, as far as possible. */
  scrub(): void
  close(): void
}
