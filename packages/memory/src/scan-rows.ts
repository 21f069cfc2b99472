import { TermTable } from './search/term-table.ts'
import type { IndexedRow } from './search/term-table.ts'
import { liveRecord } from './store/apply-mutation.ts'
import type { Row } from './store/apply-mutation.ts'
import type { RecordPage, RecordQuery, SearchAnswer, SearchQuery } from './store/query.ts'
import { matchesFilter } from './store/record-filter.ts'
import type { StoredRecord } from './store/record.ts'

/**
 * Answers a list from rows, for stores that look at them one by one.
 *
 * @param rows - Beginning after `query.after`, in the order of the query. Not read further than needed.
 */
export function pageOf(rows: Iterable<Row>, query: RecordQuery, now: number): RecordPage {
  const records: StoredRecord[] = []
  for (const row of rows) {
    const record = liveRecord(row, now)
    if (!record || !matchesFilter(record, query)) continue
    // There is a next page only if one more record is there.
    if (records.length === query.limit) return { records, next: records.at(-1)?.seq }
    records.push(record)
  }
  return { records }
}

/** Answers a search from all rows of its collection, for stores without an index of terms. */
export function searchRows(rows: Iterable<IndexedRow>, query: SearchQuery, now: number): SearchAnswer {
  const table = new TermTable()
  const records = new Map<number, StoredRecord>()
  for (const row of rows) {
    const record = liveRecord(row, now)
    if (!record || record.collection !== query.collection) continue
    records.set(record.seq, record)
    table.put(row, row.terms)
  }
  const found = table.search(query, now)
  return {
    records: found.flatMap(({ seq }) => records.get(seq) ?? []),
    scores: new Map(found.map(({ seq, score }) => [seq, score])),
  }
}
