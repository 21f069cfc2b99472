import type { Label } from '../values/access.ts'
import type { Collection } from './collections.ts'

/**
 * A position in the feed of a space. Each change gets the next one, starting with 1. Where a store may have lost
 * changes, positions continue with a jump: none is given twice.
 */
export type Seq = number

/** Identifies one record of a space. */
export interface RecordKey {
  readonly collection: Collection
  readonly id: string
}

/** A record as it stood at a position of the feed. */
export interface RecordPlace extends RecordKey {
  readonly seq: Seq
}

/** What a writer sets on a record besides its value. */
export interface RecordMeta extends Label {
  readonly author: string
  readonly task?: string | undefined
  readonly tags: readonly string[]
  /** From 0 to 1. */
  readonly importance?: number | undefined
  /** Ids of the objects that this record was derived from. */
  readonly derivedFrom: readonly string[]
}

/** A record as stored. Times are Unix milliseconds by the store's clock. */
export interface StoredRecord extends RecordKey, RecordMeta {
  /** JSON text, possibly sealed. */
  readonly value: string
  /** Grows by at least 1 with each write of this key. No version is used twice, even after a delete. */
  readonly version: number
  readonly seq: Seq
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt?: number | undefined
}
