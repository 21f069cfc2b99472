/**
 * For authors of stores: the contract, what a write means, how searches rank,
 * and what is known about each kind of record. `describeStore` of
 * `@skein/memory/testing` proves a store against it.
 *
 * @module
 */

import './values/require-node.ts'

// The contract
export { loadFromDescriptor } from './store/worker-module.ts'
export type { Store, StoreTraits, ObjectStore, Unwatch } from './store/store.ts'
export type { StoreDriver, StoreRole, WorkerModule } from './store/store-driver.ts'

// A store of a database whose calls are synchronous
export { tableStore } from './table-store.ts'
export type { TableStoreOptions } from './table-store-options.ts'
export type { StoreTable, TableState } from './store-table.ts'
export type { IndexedRow } from './search/term-table.ts'

// Records and their kinds
export { collections, collectionsWith, hasTrait } from './store/collections.ts'
export { asHeld, withdrawnMark } from './values/access.ts'
export { levels, levelIndex, covers, joinLabels, labelText, parseLabel, publicLabel } from './values/access.ts'
export type { Collection, CollectionTrait, CollectionWith } from './store/collections.ts'
export type { RecordKey, RecordMeta, RecordPlace, StoredRecord, Seq } from './store/record.ts'
export type { Label, Audience } from './values/access.ts'

// What a store must be able to hold
export { limits } from './values/limits.ts'

// Writing
export { decideMutation, liveRecord, changeOf } from './store/apply-mutation.ts'
export { isSameFeed } from './store/range-check.ts'
export { hashOf } from './store/object-id.ts'
export type {
  CheckMutation,
  Mutation,
  Guard,
  Commit,
  Keeping,
  RangeCheckMutation,
  Written,
  Refusal,
} from './store/mutation.ts'
export type { RefusalReason, Row, Situation, Verdict } from './store/apply-mutation.ts'

// Sealed values, which no store opens
export { isSealed } from './values/sealed-text.ts'

// Time
export { StoreClock } from './store/store-clock.ts'

// Reading
export { beyondPrefix, compareNames } from './values/compare-names.ts'
export { matchesFilter } from './store/record-filter.ts'
export type { NamePage, NameQuery, RecordFilter, RecordQuery, RecordPage } from './store/query.ts'
export type { Change, ChangePage } from './store/change.ts'

// Past versions
export { pastEffect, trimmed } from './store/past.ts'
export type { PastChange, PastEffect, PastPage, PastQuery, PastVersion } from './store/past.ts'

// Search
export { analyzerVersion, indexTerms, searchTerms } from './search/search-terms.ts'
export { termsOfValue } from './search/searchable-text.ts'
export { queryTerms, queryWords } from './search/query-words.ts'
export { matchWords } from './search/match-words.ts'
export { topMatches } from './search/top-matches.ts'
export { postingCode } from './search/ranking.ts'
export { languageMarks } from './search/stem.ts'
export { TermTable } from './search/term-table.ts'
export { DerivedIndex } from './search/derived-index.ts'
export type { Postings, TermSource, WordMatches } from './search/match-words.ts'
export type { Totals } from './search/ranking.ts'
export type { MatchOptions, RankedMatch } from './search/top-matches.ts'
export type { IndexSource } from './search/derived-index.ts'
export type { FoundKey } from './search/term-table.ts'
export type { MatchPlace, QueryWord, SearchQuery, SearchAnswer } from './store/query.ts'

// Verification
export { rawText } from './store/corruption.ts'
export type { Corruption } from './store/corruption.ts'
export type { Inspector } from './store/store.ts'
