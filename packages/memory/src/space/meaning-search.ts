import type { FoundKey } from '../search/term-table.ts'
import type { RecordFilter } from '../store/query.ts'
import type { Label } from '../values/access.ts'

/**
 * How a search finds records.
 *
 * - `words`: by the words of the query.
 * - `meaning`: by vectors, which an embedder makes of texts and queries.
 * - `both`: by both, fused by rank.
 */
export type SearchBy = (typeof searchBys)[number]

/** All ways to search. */
export const searchBys = ['words', 'meaning', 'both'] as const

/** A search for the records whose meaning is nearest to that of a text. */
export interface MeaningQuery extends RecordFilter {
  readonly text: string
  readonly limit: number
  /** The label of what the asker has read, where that is known: the text may repeat it. */
  readonly label: Label | undefined
  /** Whether the search continues without an answer that takes long. */
  readonly isOptional: boolean
}

/** What a memory with an embedder was opened with. */
export interface MeaningDefaults {
  /** How a search finds that does not say it. */
  readonly by: SearchBy
  /** Whether facts have vectors. */
  readonly hasFacts: boolean
}

/** Finds records by their meaning. Nothing in an answer depends on records that its audience can't see. */
export interface MeaningSearch extends MeaningDefaults {
  /**
   * The nearest records, nearest first, and newest first among equal ones. The score is the cosine.
   *
   * @throws EmbedderError, AccessError, StoreError
   */
  find(query: MeaningQuery): Promise<readonly FoundKey[]>
}
