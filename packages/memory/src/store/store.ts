import type { Change, ChangePage } from './change.ts'
import type { Corruption } from './corruption.ts'
import type { Commit, Mutation } from './mutation.ts'
import type { RecordPage, RecordQuery, SearchAnswer, SearchQuery } from './query.ts'
import type { RecordKey, Seq, StoredRecord } from './record.ts'

/**
 * The contract between the memory and the places where records live.
 *
 * The store decides: versions, sequence numbers, the clock, atomicity, order.
 * The memory decides: who may see what, what is cached, what a value means.
 * A store enforces no policy; it filters by the audience that it is given.
 */

/**
 * Immutable bytes by name: the SHA-256 of their content in lower-case
 * hexadecimal, followed by a full stop and the id of a key where they are sealed.
 */
export interface ObjectStore {
  put(name: string, bytes: Uint8Array): Promise<void>
  /** Bytes from `start` up to `end`, or all of them. */
  get(name: string, range?: { readonly start: number; readonly end: number }): Promise<Uint8Array | undefined>
  has(name: string): Promise<boolean>
  delete(name: string): Promise<void>
}

/** Facts about a store that code may depend on. */
export interface StoreTraits {
  /** Whether an acknowledged write survives a crash of process and machine (`full`), of the process only, or neither. */
  readonly durable: 'full' | 'process' | 'none'
  /** Who can open the same store: this process, every process of this machine, or other machines too. */
  readonly reach: 'process' | 'host' | 'network'
  /** Whether full-text search is the store's own or a derived index that may lag behind. */
  readonly fullText: 'native' | 'derived'
  /** Whether the store deletes expired records by itself. */
  readonly expiresNatively: boolean
}

/** Looks at what a check found intact, as it is stored, and may find fault with it for reasons that no store knows. */
export interface Inspector {
  record(record: StoredRecord): Corruption | undefined
  object(name: string, bytes: Uint8Array): Corruption | undefined
}

/** Ends a watch. */
export type Unwatch = () => void

/** One space in a store, open. */
export interface Store extends AsyncDisposable {
  readonly traits: StoreTraits
  /** Reads many keys at once; the answers stand in the order of the keys. Expired records are absent. */
  read(keys: readonly RecordKey[]): Promise<readonly (StoredRecord | undefined)[]>
  /** Applies a batch atomically and appends its changes to the feed in the same atom. */
  write(batch: readonly Mutation[]): Promise<Commit>
  query(query: RecordQuery): Promise<RecordPage>
  search(query: SearchQuery): Promise<SearchAnswer>
  changes(after: Seq, limit: number): Promise<ChangePage>
  /**
   * Calls back soon after changes. A hint that may be lost or repeated: the truth is `changes()`.
   *
   * @param onLink - Told `false` when hints are known to be missed from now on,
   * and `true` when they come again; never by a store that has no such link.
   */
  watch(listener: (change: Change) => void, onLink?: (isUp: boolean) => void): Unwatch
  /** Deletes up to `limit` expired records; resolves to how many went. */
  sweep(limit: number): Promise<number>
  /** Removes what deleted and overwritten content left behind where the store lives, as far as that can be done. */
  scrub(): Promise<void>
  /**
   * Looks through everything that is stored, piece by piece so that others get
   * their turn, and yields what can't be read as it was written. What can be is
   * shown to the inspector, first all records that are there, then all objects;
   * what it finds is yielded too.
   */
  verify(inspector?: Inspector): AsyncIterable<Corruption>
  /** The time by the store's clock, as well as it is known here, Unix milliseconds. */
  now(): number
  readonly objects: ObjectStore
}
