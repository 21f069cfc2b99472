import { liveRecord } from '../store/apply-mutation.ts'
import type { Row } from '../store/apply-mutation.ts'
import { ExpiryQueue } from './expiry-queue.ts'
import { rankMatches } from './ranking.ts'
import type { RankedMatches } from './ranking.ts'
import { matchesFilter } from '../store/record-filter.ts'
import type { SearchQuery } from '../store/query.ts'
import type { RecordKey } from '../store/record.ts'

/**
 * An in-memory inverted index from terms to records, for stores without their
 * own full-text search. Each search first drops what has expired, which no feed tells of.
 */
export class TermTable {
  readonly #documents = new Map<string, Document>()
  readonly #byTerm = new Map<string, Set<Document>>()
  readonly #byTask = new Map<string, Set<Document>>()
  readonly #expiring = new ExpiryQueue<Document>()

  /** How many records are indexed, among them those that have expired since the last search. */
  get size(): number {
    return this.#documents.size
  }

  /** Indexes a row under these terms and replaces its previous entry. Ignores the row's value. */
  put(row: Row, terms: readonly string[] | undefined): void {
    const key = keyOf(row.record)
    this.#remove(key)
    if (row.deleted || !terms || terms.length === 0) return
    const document: Document = { row, terms: new Set(terms), expiresAt: expiryOf(row), place: -1 }
    this.#documents.set(key, document)
    for (const term of document.terms) addTo(this.#byTerm, term, document)
    addTo(this.#byTask, row.record.task ?? '', document)
    this.#await(document)
  }

  remove(key: RecordKey): void {
    this.#remove(keyOf(key))
  }

  clear(): void {
    for (const map of [this.#documents, this.#byTerm, this.#byTask, this.#expiring]) map.clear()
  }

  /** Replaces a row whose terms are unchanged, such as after an extended time to live. */
  touch(row: Row): void {
    const document = this.#documents.get(keyOf(row.record))
    if (!document) return
    this.#expiring.remove(document)
    document.row = row
    document.expiresAt = expiryOf(row)
    this.#await(document)
  }

  /** Ranks the records that pass a search's filter. `keys` are those of the best, in their order. */
  search(query: SearchQuery, now: number): RankedMatches & { readonly keys: readonly RecordKey[] } {
    this.#dropExpired(now)
    const matched = new Map<number, RecordKey>()
    const inTask = query.task === undefined ? undefined : (this.#byTask.get(query.task) ?? new Set())
    const passes = ({ row }: Document): boolean => {
      const record = liveRecord(row, now)
      return record !== undefined && matchesFilter(record, query)
    }
    const postings = query.terms.map((term) => {
      const withTerm = this.#byTerm.get(term) ?? new Set<Document>()
      // Scan the shorter list.
      const found: Document[] = []
      if (inTask && inTask.size < withTerm.size) {
        for (const document of inTask) if (document.terms.has(term) && passes(document)) found.push(document)
      } else for (const document of withTerm) if (passes(document)) found.push(document)
      for (const { row } of found) matched.set(row.record.seq, row.record)
      return found.map(({ row }) => row.record.seq)
    })
    const ranked = rankMatches(postings, query.limit)
    return { ...ranked, keys: ranked.best.map(({ seq }) => matched.get(seq) as RecordKey) }
  }

  #dropExpired(now: number): void {
    for (;;) {
      const expired = this.#expiring.takeExpired(now)
      if (!expired) return
      this.remove(expired.row.record)
    }
  }

  /** Most records never expire and cost the queue nothing. */
  #await(document: Document): void {
    if (document.expiresAt < Number.POSITIVE_INFINITY) this.#expiring.add(document)
  }

  #remove(key: string): void {
    const document = this.#documents.get(key)
    if (!document) return
    this.#expiring.remove(document)
    this.#documents.delete(key)
    for (const term of document.terms) removeFrom(this.#byTerm, term, document)
    removeFrom(this.#byTask, document.row.record.task ?? '', document)
  }
}

interface Document {
  row: Row
  readonly terms: ReadonlySet<string>
  /** Infinite for a record that does not expire. */
  expiresAt: number
  place: number
}

function expiryOf({ record }: Row): number {
  return record.expiresAt ?? Number.POSITIVE_INFINITY
}

// No collection name contains NUL, so keys can't collide.
function keyOf({ collection, id }: RecordKey): string {
  return `${collection}\0${id}`
}

function addTo(map: Map<string, Set<Document>>, key: string, document: Document): void {
  const found = map.get(key)
  if (found) found.add(document)
  else map.set(key, new Set([document]))
}

function removeFrom(map: Map<string, Set<Document>>, key: string, document: Document): void {
  const found = map.get(key)
  found?.delete(document)
  if (found?.size === 0) map.delete(key)
}
