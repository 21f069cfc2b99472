import type { Audience } from '../values/access.ts'
import type { RecordFilter } from './query.ts'
import type { RecordKey, RecordMeta, Seq, StoredRecord } from './record.ts'

/** A condition on another record: it must exist, unexpired, at exactly this version. */
export interface Guard {
  readonly key: RecordKey
  readonly version: number
}

/** How much of a record's past a write keeps. */
export interface Keeping {
  /** The newest past versions of each label, about; `Infinity` for all. */
  readonly versions: number
}

interface MutationBase {
  readonly key: RecordKey
  /** Write only if this is the current version; 0 means "only if absent". */
  readonly ifVersion?: number | undefined
  readonly guard?: Guard | undefined
  /** Refuse the mutation if this audience may not see the current record. Of a check: see there. */
  readonly over?: Audience | undefined
}

/** Creates or replaces a record. */
export interface SetMutation extends MutationBase {
  readonly type: 'set'
  readonly value: string
  readonly meta: RecordMeta
  /** The distinct terms to index for search, see `indexTerms`. Absent for records that must not be indexed. */
  readonly terms?: readonly string[] | undefined
  /** Time to live from now, by the store's clock, in milliseconds. */
  readonly ttlMs?: number | undefined
  /** The only version under which the store may store this value, which is sealed for that version. */
  readonly asVersion?: number | undefined
  /** Comes with a sealed value: the store appends a tag made with it, which binds the value to its `seq` and times. Never stored. */
  readonly positionKey?: string | undefined
  /** Of an object: refuse it unless its bytes are there by one of these names. */
  readonly needs?: readonly string[] | undefined
  /**
   * Whether a power failure may lose this write even in a fully durable store. Used for leases, whose owners would be
   * gone, too, and for results that can be computed again. The next write that is not fleeting secures it.
   */
  readonly fleeting?: boolean | undefined
  /** Of a kind with history: keep the version that this one replaces. Without it, that version is lost. */
  readonly keeps?: Keeping | undefined
}

/** Deletes a record. Deleting an absent record succeeds, unless `ifVersion` says otherwise. */
export interface DeleteMutation extends MutationBase {
  readonly type: 'delete'
  readonly author: string
  /**
   * Of an object: names of its bytes, which go in the same step unless another object has the same content. The first
   * is the hash of the content, with which the ids of all of them begin.
   */
  readonly drops?: readonly string[] | undefined
  /**
   * Of a kind with history: keep the version that is deleted, and who deleted it when. Without it, all past versions of
   * the record are erased in the same step.
   */
  readonly keeps?: Keeping | undefined
  /** Whether the delete is an everyday one, after which the past may still be read. The memory then adds `keeps`. */
  readonly isRecallable?: boolean | undefined
}

/**
 * Gives a record a new time to live, below 0 to expire it. The version stays and
 * the feed gets no entry. Like a `fleeting` write, a power failure may lose it.
 */
export interface TouchMutation extends MutationBase {
  readonly type: 'touch'
  readonly ifVersion: number
  readonly ttlMs: number
}

/**
 * Replaces a record's value with another sealed form of it, and removes the
 * record from the search index. The version stays and the feed gets no entry.
 */
export interface ResealMutation extends MutationBase {
  readonly type: 'reseal'
  readonly ifVersion: number
  readonly value: string
}

/**
 * Marks a record as holding no more: its label gets the compartment `withdrawnMark`. Everything else stays, its version,
 * its place in lists and its terms as well, and the feed gets no entry: that of the correction, which comes in the same
 * batch, reports on it. Nothing comes of it where there is no record, or it is marked already.
 */
export interface WithdrawMutation extends MutationBase {
  readonly type: 'withdraw'
}

/**
 * Changes nothing, but refuses the batch unless the key is at this version, or absent for 0. No version and no entry of
 * the feed come of it. What the audience `over` may not see counts as absent.
 */
export interface CheckMutation extends MutationBase {
  readonly type: 'check'
  readonly ifVersion: number
}

/**
 * Changes nothing, but refuses the batch if a list would show more by now: a record that passes the filter was written
 * after a position. Where the store can't know that, it refuses as well.
 */
export interface RangeCheckMutation extends MutationBase {
  readonly type: 'check-range'
  /** The collection, and how the ids of the records begin: `''` for all. */
  readonly key: RecordKey
  readonly filter: Omit<RecordFilter, 'collection'>
  /** A position at which the list was read, or before that. */
  readonly after: Seq
  /** The incarnation of the feed that had this position, if it has one: another one is refused. */
  readonly incarnation?: string | undefined
}

/**
 * One step of an atomic batch. A batch writes or checks each key at most once; it may check several ranges of one key.
 */
export type Mutation =
  | SetMutation
  | DeleteMutation
  | TouchMutation
  | ResealMutation
  | WithdrawMutation
  | CheckMutation
  | RangeCheckMutation

/** The result of one mutation in a committed batch. The version is 0 for a check, and for the delete of an absent record. */
export interface Written {
  readonly version: number
  readonly seq: Seq
  readonly updatedAt: number
  readonly createdAt: number
  readonly expiresAt?: number | undefined
}

/**
 * Why a batch was refused: the index of the refused mutation, and the record in
 * the store that caused the refusal. With reason `seal`, `version` is the version
 * that the store would assign, which differs from `asVersion`. With reason `content`, none of the bytes that the
 * mutation needs are there.
 */
export type Refusal =
  | {
      readonly index: number
      readonly reason: 'version' | 'guard' | 'label' | 'content'
      readonly current: StoredRecord | undefined
    }
  | { readonly index: number; readonly reason: 'seal'; readonly version: number }

/** The outcome of a batch: all of it, or none of it. */
export type Commit =
  | { readonly ok: true; readonly written: readonly Written[] }
  | { readonly ok: false; readonly refusal: Refusal }
