import type { StoredRecord } from '../store/record.ts'
import { publicLabel } from '../values/access.ts'
import { queryWords } from './query-words.ts'
import { indexTerms } from './search-terms.ts'
import { searchableText } from './searchable-text.ts'
import { TermTable } from './term-table.ts'

/** A value that holds a word of a query, by its place among the values. A higher score is a better match. */
export interface RankedValue {
  readonly index: number
  readonly score: number
}

/** What values have in common that are no records. */
const record: Omit<StoredRecord, 'id' | 'seq'> = {
  collection: 'observations',
  value: '',
  version: 1,
  author: '',
  tags: [],
  derivedFrom: [],
  createdAt: 0,
  updatedAt: 0,
  ...publicLabel,
}

/**
 * Ranks values that are at hand as a search ranks records: by the words of a query, best first. A value without any of
 * them is left out.
 *
 * @param values - Strings, or JSON data whose strings and numbers count.
 */
export function rankValues(values: readonly unknown[], query: string): readonly RankedValue[] {
  if (values.length === 0) return []
  const table = new TermTable()
  for (const [index, value] of values.entries()) {
    const row = { record: { ...record, id: `${index}`, seq: index + 1 }, deleted: false }
    table.put(row, indexTerms(searchableText(value)))
  }
  const { collection } = record
  const found = table.search({ collection, words: queryWords(query), limit: values.length }, 0)
  return found.map(({ seq, score }) => ({ index: seq - 1, score }))
}
