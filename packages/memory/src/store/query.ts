import type { Audience } from '../values/access.ts'
import type { Collection } from './collections.ts'
import type { Seq, StoredRecord } from './record.ts'

/** Filters for lists and searches. A record must pass all that are set. */
export interface RecordFilter {
  readonly collection: Collection
  readonly task?: string | undefined
  readonly author?: string | undefined
  readonly notAuthor?: string | undefined
  /** The record must have all of these tags. */
  readonly tags?: readonly string[] | undefined
  /** The record must be derived from the object with this id. */
  readonly derivedFrom?: string | undefined
  /** The record's label must be within this clearance. */
  readonly audience?: Audience | undefined
  /** Last written at or after this time, Unix milliseconds. */
  readonly since?: number | undefined
  /** Last written before this time, Unix milliseconds. */
  readonly until?: number | undefined
}

/** Lists records by `seq`, the order of their last writes. */
export interface RecordQuery extends RecordFilter {
  readonly order: 'oldest' | 'newest'
  readonly limit: number
  /** The `next` of the previous page. */
  readonly after?: Seq | undefined
}

/** One page of a list. `next` is absent on the last page. */
export interface RecordPage {
  readonly records: readonly StoredRecord[]
  readonly next?: Seq | undefined
}

/** Lists the records whose ids begin with a prefix, by their ids in the order of code points. */
export interface NameQuery extends RecordFilter {
  /** `''` for all. */
  readonly prefix: string
  readonly limit: number
  /** The `next` of the previous page. */
  readonly after?: string | undefined
}

/** One page of a list by name. `next` is the last id of the page, absent on the last page. */
export interface NamePage {
  readonly records: readonly StoredRecord[]
  readonly next?: string | undefined
}

/** Searches for records that contain any of the terms. */
export interface SearchQuery extends RecordFilter {
  /** Distinct terms, see `queryTerms`. */
  readonly terms: readonly string[]
  readonly limit: number
}

/** The result of a search. Every count includes only records that pass its filters. */
export interface SearchAnswer {
  /** The top records by `rankMatches`, best first. */
  readonly records: readonly StoredRecord[]
  /** For each term, the number of records that contain it. */
  readonly frequencies: readonly number[]
  /** The number of records that contain any of the terms. */
  readonly matches: number
}
