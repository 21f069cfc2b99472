import type { Audience } from '../values/access.ts'
import type { RecordKey, RecordMeta, Seq, StoredRecord } from './record.ts'

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
