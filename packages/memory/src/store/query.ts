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
  /** The record must name at least one of these as a source. Lineage is walked by hundreds of names at a time. */
  readonly anySource?: ReadonlySet<string> | undefined
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

/** A word of a query, as a store looks for it. */
export interface QueryWord {
  /** A record that has any of these terms has the word: its stems in different languages. */
  readonly terms: readonly string[]
  /** Terms that begin in one of these ways count as well. */
  readonly prefixes?: readonly string[] | undefined
  /** The word as typed, if words at one edit from it count a little too. */
  readonly typed?: string | undefined
  /** The language of `typed`, by which its neighbors are stemmed. */
  readonly language?: string | undefined
  /** Whether only records with this word are found. */
  readonly required?: boolean | undefined
}

/** Searches for records that have any of the words, and all that are required. */
export interface SearchQuery extends RecordFilter {
  /** See `queryWords`. */
  readonly words: readonly QueryWord[]
  readonly limit: number
  /** Leaves out the records that were last written at these positions, before any of them is read. */
  readonly except?: ReadonlySet<Seq> | undefined
  /** Leaves out the best records, down to and with this one: the last of the previous page. */
  readonly below?: MatchPlace | undefined
}

/** Where a record is in the order of a search. */
export interface MatchPlace {
  readonly score: number
  readonly seq: Seq
}

/** The result of a search. Nothing in it depends on records that its audience can't see. */
export interface SearchAnswer {
  /** The best records, best first, and newest first among equal ones; `TermTable` and `topMatches` say which. */
  readonly records: readonly StoredRecord[]
  /** The score of each by `seq`, in the same order, also of those that can't be read any longer. */
  readonly scores: ReadonlyMap<Seq, number>
}
