import type { Change, ChangePage } from './change.ts'
import type { Corruption } from './corruption.ts'
import type { CheckMutation, Commit, Mutation } from './mutation.ts'
import type { PastChange, PastPage, PastQuery, PastVersion } from './past.ts'
import type { NamePage, NameQuery, RecordPage, RecordQuery, SearchAnswer, SearchQuery } from './query.ts'
import type { RecordKey, RecordPlace, Seq, StoredRecord } from './record.ts'

/**
 * The contract between the memory and its stores.
 *
 * The store decides: versions, sequence numbers, the clock, atomicity, order.
 * The memory decides: who may see what, what is cached, what a value means.
 * A store enforces no policy. It filters by the audience in the query.
 */

/**
 * Stores immutable bytes by name. The name is the SHA-256 of the content in
 * lowercase hexadecimal. For sealed bytes, a period and the id of the key follow.
 */
export interface ObjectStore {
  /**
   * Keeps bytes; those that are already there by this name stay.
   *
   * @param check - Stores them only if it holds, in the same atomic step.
   * @returns `false` if the check does not hold.
   */
  put(name: string, bytes: Uint8Array, check?: CheckMutation): Promise<boolean>
  /** Resolves to the bytes from `start` up to but excluding `end`, or to all; `undefined` if there are none by this name. */
  get(name: string, range?: { readonly start: number; readonly end: number }): Promise<Uint8Array | undefined>
  has(name: string): Promise<boolean>
  delete(name: string): Promise<void>
  /** Resolves to the names of all bytes that are there, in any order. */
  names(): Promise<readonly string[]>
}

/** Facts about a store that code may depend on. */
export interface StoreTraits {
  /** Which crashes an acknowledged write survives: of process and machine (`full`), of the process only (`process`), or neither. */
  readonly durable: 'full' | 'process' | 'none'
  /** Who can open the same store: this process, all processes on this machine (`host`), or other machines too (`network`). */
  readonly reach: 'process' | 'host' | 'network'
  /** Whether the store itself provides full-text search, or a derived index that may lag behind. */
  readonly fullText: 'native' | 'derived'
  /** Whether the store deletes expired records by itself. */
  readonly expiresNatively: boolean
}

/**
 * Receives everything that {@link Store.verify} finds intact, as stored. It may
 * return a corruption that the store can't detect, such as a seal that does not open.
 */
export interface Inspector {
  record(record: StoredRecord): Corruption | undefined
  /** A past version that is no tombstone. */
  past?(version: StoredRecord): Corruption | undefined
  object(name: string, bytes: Uint8Array): Corruption | undefined
}

/** Stops a watch. */
export type Unwatch = () => void

/** One open space of a store. */
export interface Store extends AsyncDisposable {
  readonly traits: StoreTraits
  /** Reads many keys at once. Results are in the order of the keys; absent and expired records are `undefined`. */
  read(keys: readonly RecordKey[]): Promise<readonly (StoredRecord | undefined)[]>
  /** Applies a batch and appends its changes to the feed in one atomic step. */
  write(batch: readonly Mutation[]): Promise<Commit>
  query(query: RecordQuery): Promise<RecordPage>
  list(query: NameQuery): Promise<NamePage>
  search(query: SearchQuery): Promise<SearchAnswer>
  /** Resolves to up to `limit` changes after a position of the feed. */
  changes(after: Seq, limit: number): Promise<ChangePage>
  /**
   * Resolves, for each place, to the position of the newest change of its record, if the feed knows one after the
   * place; else to `undefined`. So a record that somebody put back is told from the present one. Only asked about
   * records whose value is sealed: of others the store may know nothing.
   */
  newer(places: readonly RecordPlace[]): Promise<readonly (Seq | undefined)[]>
  /** Resolves, for each key, to its past versions, newest first; what has expired may be among them. */
  past(keys: readonly RecordKey[]): Promise<readonly (readonly PastVersion[])[]>
  /** Lists the records that have past versions, page by page. */
  pastIds(query: PastQuery): Promise<PastPage>
  /** Removes past versions of a record, or stores them in another sealed form. Those that are not there are skipped. */
  changePast(key: RecordKey, changes: readonly PastChange[]): Promise<void>
  /**
   * Calls the listener soon after each change. These calls are hints that may be
   * lost or repeated; `changes()` is authoritative.
   *
   * @param onLink - Called with `false` when the store starts to miss hints, and
   * with `true` when it receives them again. Stores without a remote link never call it.
   */
  watch(listener: (change: Change) => void, onLink?: (isUp: boolean) => void): Unwatch
  /**
   * Deletes up to `limit` expired records; with an object, in the same atomic step, the bytes whose names begin with the
   * hash of its content, unless another object has that. Resolves to the number deleted.
   */
  sweep(limit: number): Promise<number>
  /** Erases remnants of deleted and overwritten content from the storage medium, as far as possible. */
  scrub(): Promise<void>
  /**
   * Checks all stored data and yields what can't be read as it was written. It
   * works in small steps so that other work can proceed.
   *
   * The inspector receives all intact live records, then all intact objects. The
   * corruptions that it returns are yielded, too.
   */
  verify(inspector?: Inspector): AsyncIterable<Corruption>
  /** The current time by the store's clock or the best local estimate of it, Unix milliseconds. */
  now(): number
  /**
   * Whether another process keeps everybody from writing at this moment, so that a lease can be neither renewed nor
   * taken. Left out by stores whose writers don't exclude each other.
   */
  isLocked?(): boolean
  readonly objects: ObjectStore
}
