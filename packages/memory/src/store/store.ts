import type { Audience, Label } from '../values/access.ts'
import type { Corruption } from './corruption.ts'

/**
 * The contract between the memory and the places where records live.
 *
 * The store decides: versions, sequence numbers, the clock, atomicity, order.
 * The memory decides: who may see what, what is cached, what a value means.
 * A store enforces no policy; it filters by the audience that it is given.
 */

/** A kind of record. Only facts, claims, escalations, work, agents and objects are ever rewritten. */
export type Collection =
  | 'facts'
  | 'observations'
  | 'decisions'
  | 'learnings'
  | 'alerts'
  | 'claims'
  | 'escalations'
  | 'objects'
  | 'work'
  | 'agents'
  | 'messages'
  | 'ledger'
  | 'audit'
  | 'settings'
  | 'federation'

/** The position of a change in the feed of its space; grows by 1 with each change, starting at 1. */
export type Seq = number

/** Names one record of a space. */
export interface RecordKey {
  readonly collection: Collection
  readonly id: string
}

/** What a writer says about a record beside its value. */
export interface RecordMeta extends Label {
  readonly author: string
  readonly task?: string | undefined
  readonly tags: readonly string[]
  /** From 0 to 1. */
  readonly importance?: number | undefined
  /** Ids of the objects that this record was made from. */
  readonly derivedFrom: readonly string[]
}

/** A record as a store keeps it. Times are Unix milliseconds by the store's clock. */
export interface StoredRecord extends RecordKey, RecordMeta {
  /** JSON text. */
  readonly value: string
  /** Grows by at least 1 with each write of this key and is never used twice, not even after a delete. */
  readonly version: number
  readonly seq: Seq
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt?: number | undefined
}

/** A condition on another record: it must exist, unexpired, at just this version. */
export interface Guard {
  readonly key: RecordKey
  readonly version: number
}

interface MutationBase {
  readonly key: RecordKey
  /** Write only if this is the current version; 0 means "only if absent". */
  readonly ifVersion?: number | undefined
  readonly guard?: Guard | undefined
  /** Write only over what this audience can see; what is above it stands. */
  readonly over?: Audience | undefined
}

/** Writes a record, whole. */
export interface SetMutation extends MutationBase {
  readonly type: 'set'
  readonly value: string
  readonly meta: RecordMeta
  /** The different terms by which search may find it, see `indexTerms`; left out for what no index may hold. */
  readonly terms?: readonly string[] | undefined
  /** Time to live from now, by the store's clock, in milliseconds. */
  readonly ttlMs?: number | undefined
  /** The only version under which this value may be stored, since it is sealed for that. */
  readonly asVersion?: number | undefined
  /** A power cut may undo it, whatever the store promises of others: a lease, whose owner would be gone as well. */
  readonly fleeting?: boolean | undefined
}

/** Removes a record. Removing what is absent is no conflict, unless a version was named. */
export interface DeleteMutation extends MutationBase {
  readonly type: 'delete'
  readonly author: string
}

/** Gives a record a new time to live, below 0 to end it, no new version, and nothing to the feed. Fleeting. */
export interface TouchMutation extends MutationBase {
  readonly type: 'touch'
  readonly ifVersion: number
  readonly ttlMs: number
}

/**
 * Stores a record's value in another, sealed form, and takes it out of the
 * search index; changes nothing else: no new version, nothing in the feed.
 */
export interface ResealMutation extends MutationBase {
  readonly type: 'reseal'
  readonly ifVersion: number
  readonly value: string
}

/** One step of an atomic batch. A batch names each key at most once. */
export type Mutation = SetMutation | DeleteMutation | TouchMutation | ResealMutation

/** What became of one mutation of a committed batch; version 0 for a delete of what was absent. */
export interface Written {
  readonly version: number
  readonly seq: Seq
  readonly updatedAt: number
  readonly createdAt: number
  readonly expiresAt?: number | undefined
}

/**
 * Why a batch was refused: which mutation, and what the store holds in its
 * place; or under which version it would be stored, where that is not the one
 * that its value is sealed for.
 */
export type Refusal =
  | {
      readonly index: number
      readonly reason: 'version' | 'guard' | 'label'
      readonly current: StoredRecord | undefined
    }
  | { readonly index: number; readonly reason: 'seal'; readonly version: number }

/** The outcome of a batch: all of it, or none of it. */
export type Commit =
  | { readonly ok: true; readonly written: readonly Written[] }
  | { readonly ok: false; readonly refusal: Refusal }

/** One entry of the feed. */
export interface Change extends RecordKey, Label {
  readonly seq: Seq
  readonly op: 'set' | 'delete'
  readonly version: number
  readonly author: string
  readonly task?: string | undefined
  readonly at: number
}

/** A piece of the feed, in order. */
export interface ChangePage {
  readonly changes: readonly Change[]
  /** The newest `seq` of the space; 0 when nothing was ever written. */
  readonly last: Seq
  /** True when the feed no longer holds everything after the asked position. */
  readonly trimmed: boolean
  /** Names the life of this feed: another one when the store lost its data and began anew. */
  readonly incarnation?: string | undefined
}

/** Filters shared by lists and searches. All given ones must hold. */
export interface RecordFilter {
  readonly collection: Collection
  readonly task?: string | undefined
  readonly author?: string | undefined
  readonly notAuthor?: string | undefined
  /** All of these tags. */
  readonly tags?: readonly string[] | undefined
  /** Made from the object with this id. */
  readonly derivedFrom?: string | undefined
  readonly audience?: Audience | undefined
  /** Written at or after this time, Unix milliseconds. */
  readonly since?: number | undefined
  /** Written before this time, Unix milliseconds. */
  readonly until?: number | undefined
}

/** A list in the order of writing. */
export interface RecordQuery extends RecordFilter {
  readonly order: 'oldest' | 'newest'
  readonly limit: number
  /** Where an earlier page ended. */
  readonly after?: Seq | undefined
}

/** One page of a list. `next` continues it; absent on the last page. */
export interface RecordPage {
  readonly records: readonly StoredRecord[]
  readonly next?: Seq | undefined
}

/** A search for records that hold any of some terms. */
export interface SearchQuery extends RecordFilter {
  /** Different ones, see `queryTerms`. */
  readonly terms: readonly string[]
  readonly limit: number
}

/** What a search found. Every number counts only records that pass its filter. */
export interface SearchAnswer {
  /** The records that rank highest by `rankMatches`, best first. */
  readonly records: readonly StoredRecord[]
  /** For each term the number of records that hold it. */
  readonly frequencies: readonly number[]
  /** Records that hold any of the terms. */
  readonly matches: number
}

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

/** Where a worker thread finds the function that makes the same driver, and what to call it with. */
export interface WorkerModule {
  /** URL of a module. */
  readonly module: string
  /** Name of its export: a function of `options`. */
  readonly name: string
  /** Structured-cloneable. */
  readonly options: unknown
}

/** Whether a store is opened to write (once per process and space) or only to read (in each worker thread). */
export type StoreRole = 'writer' | 'reader'

/** A place that holds spaces: what `mapStore()`, `sqliteStore()` and the like return. */
export interface StoreDriver {
  /** Absent when only this thread can reach the records; other threads then ask it. */
  readonly descriptor?: WorkerModule | undefined
  open(space: string, role: StoreRole): Promise<Store>
  /** The spaces that were ever opened for writing, in the order of their names. Asking makes nothing. */
  spaces(): Promise<readonly string[]>
}
