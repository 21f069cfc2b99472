import type { Label } from '../values/access.ts'
import type { Collection } from './collections.ts'

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
