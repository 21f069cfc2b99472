import { TermTable } from './search/term-table.ts'
import type { IndexedRow } from './search/term-table.ts'
import { liveRecord } from './store/apply-mutation.ts'
import type { Row } from './store/apply-mutation.ts'
import type { Put } from './store/decide-batch.ts'
import type { NamePage, NameQuery, RecordPage, RecordQuery, SearchAnswer, SearchQuery } from './store/query.ts'
import { hashOf } from './store/object-id.ts'
import { trimmed } from './store/past.ts'
import type { PastChange, PastEffect, PastPage, PastQuery, PastVersion } from './store/past.ts'
import { compareNames } from './values/compare-names.ts'
import { matchesFilter } from './store/record-filter.ts'
import type { StoreTable } from './store-table.ts'
import type { Change } from './store/change.ts'
import { collectionsWith } from './store/collections.ts'
import type { RecordPlace, Seq, StoredRecord } from './store/record.ts'

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

/** Answers a list by name from all rows of its collection, for stores that look at them one by one. */
export function namePageOf(rows: Iterable<Row>, query: NameQuery, now: number): NamePage {
  const { prefix, after, limit } = query
  const found: StoredRecord[] = []
  for (const row of rows) {
    const record = liveRecord(row, now)
    if (!record?.id.startsWith(prefix) || (after !== undefined && compareNames(record.id, after) <= 0)) continue
    if (matchesFilter(record, query)) found.push(record)
  }
  const records = found.toSorted((a, b) => compareNames(a.id, b.id)).slice(0, limit)
  return found.length > limit ? { records, next: records.at(-1)?.id } : { records }
}

/**
 * The names of bytes that go with the deletions of a batch, once its rows are stored: those of contents that no object
 * has any longer.
 *
 * @param objects - The rows of objects. Others may be among them.
 */
export function namesToDrop(puts: readonly Put[], objects: () => Iterable<Row>, now: number): readonly string[] {
  return puts.flatMap(({ mutation }) => {
    const [hash, ...others] = (mutation.type === 'delete' && mutation.drops) || []
    if (hash === undefined) return []
    for (const row of objects()) {
      if (row.record.collection === 'objects' && row.record.id.startsWith(hash) && liveRecord(row, now)) return []
    }
    return [hash, ...others]
  })
}

/**
 * The names of bytes that go with a sweep, once its rows are removed: those of contents that no object has any longer.
 *
 * @param swept - The rows that were removed.
 * @param left - What is left. Rows of other collections may be among those of objects.
 */
export function namesToSweep(
  swept: readonly Row[],
  left: {
    rows(collection: 'objects', order: 'oldest', after: 0): Iterable<Row>
    readonly objects: { names(): Iterable<string> }
  },
  now: number,
): readonly string[] {
  const ended = swept.filter(({ record, deleted }) => record.collection === 'objects' && !deleted)
  const hashes = new Set(ended.map(({ record }) => hashOf(record.id)))
  if (hashes.size === 0) return []
  for (const row of left.rows('objects', 'oldest', 0)) {
    if (row.record.collection === 'objects' && liveRecord(row, now)) hashes.delete(hashOf(row.record.id))
  }
  return [...left.objects.names()].filter((name) => hashes.has(hashOf(name)))
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

/** Answers which of these ids have past versions, for stores that look at them one by one. */
export function pastPageOf(ids: Iterable<string>, { prefix, after, limit }: PastQuery): PastPage {
  const found = [...ids]
    .filter((id) => id.startsWith(prefix) && (after === undefined || compareNames(id, after) > 0))
    .toSorted(compareNames)
  const page = found.slice(0, limit)
  return found.length > limit ? { ids: page, next: page.at(-1) } : { ids: page }
}

/** The past versions of a record after a write, newest first, of those before it. */
export function pastAfter(
  before: readonly PastVersion[],
  { added, isErased, keep, isTrimmed }: PastEffect,
): readonly PastVersion[] {
  if (isErased) return []
  const all = [...added.toReversed(), ...before]
  if (!isTrimmed || keep === undefined) return all
  const gone = new Set(trimmed(all, keep))
  return all.filter((version) => !gone.has(version))
}

/** The past versions of a record after some were changed. */
export function pastChanged(before: readonly PastVersion[], changes: readonly PastChange[]): readonly PastVersion[] {
  const byVersion = new Map(changes.map((change) => [change.version, change]))
  return before.flatMap((version) => {
    const change = byVersion.get(version.record.version)
    if (!change) return version
    return change.value === undefined ? [] : { ...version, record: { ...version.record, value: change.value } }
  })
}

/** All past versions that a table holds. */
export function* allPastOf(past: StoreTable['past']): Generator<PastVersion> {
  for (const collection of collectionsWith('recalled')) {
    for (const id of past.ids(collection)) yield* past.of({ collection, id })
  }
}

/** The position of the newest change after each place, as `Store.newer` gives it, from the feed page by page. */
export function newestAfter(
  places: readonly RecordPlace[],
  changesAfter: (after: Seq) => readonly Change[],
): (Seq | undefined)[] {
  const newest = new Map<string, Seq>()
  const [oldest] = places.toSorted((a, b) => a.seq - b.seq)
  let changes = oldest ? changesAfter(oldest.seq) : []
  while (changes.length > 0) {
    for (const { collection, id, seq } of changes) newest.set(`${collection}/${id}`, seq)
    changes = changesAfter(changes.at(-1)?.seq ?? 0)
  }
  return places.map(({ collection, id, seq }) => {
    const found = newest.get(`${collection}/${id}`) ?? 0
    return found > seq ? found : undefined
  })
}
