import type { Audience } from '../values/access.ts'
import type { Collection } from './collections.ts'
import type { Seq, StoredRecord } from './record.ts'

/** Filters shared by lists and searches. All given ones must hold. */
export interface RecordFilter {
  readonly collection: Collection
  readonly task?: string | undefined
  readonly author?: string | undefined
  readonly notAuthor?: string | undefined
  /** All of these tags. */
  readonly tags?: readonly string[] | undefined
  /** Derived from the object with this id. */
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
