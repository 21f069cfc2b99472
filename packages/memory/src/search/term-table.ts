import { covers } from '../values/access.ts'
import type { Row } from '../store/apply-mutation.ts'
import type { Collection } from '../store/collections.ts'
import type { SearchQuery } from '../store/query.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import { passesFilter } from '../store/record-filter.ts'
import { DocumentColumns } from './document-columns.ts'
import { ExpiryQueue } from './expiry-queue.ts'
import { matchWords } from './match-words.ts'
import { mostRepeats } from './ranking.ts'
import { GroupTerms } from './group-terms.ts'
import { TermGroup } from './term-group.ts'
import { topMatches } from './top-matches.ts'

/** A row with the terms that its record is indexed by. */
export interface IndexedRow extends Row {
  readonly terms?: readonly string[] | undefined
}

/** A record that a {@link TermTable} found. */
export interface FoundKey {
  readonly key: RecordKey
  readonly seq: number
  readonly score: number
}

/**
 * An in-memory inverted index from terms to records, for stores without their own
 * full-text search. It keeps no values. Each search first drops what has expired, which
 * no feed reports on.
 */
export class TermTable {
  #documents = new DocumentColumns()
  readonly #groups: TermGroup[] = []
  readonly #groupNumbers = new Map<string, number>()
  /** The documents of each collection by id. */
  readonly #numbers = new Map<Collection, Map<string, number>>()
  readonly #expiring = new ExpiryQueue<Expiring>()
  readonly #expiries = new Map<number, Expiring>()
  #removed = 0

  /** How many records are indexed, among them those that have expired since the last search. */
  get size(): number {
    return this.#documents.size - this.#removed
  }

  /** Indexes a row under these terms and replaces its previous entry. */
  put(row: Row, terms: readonly string[] | undefined): void {
    const { record } = row
    this.remove(record)
    if (row.deleted || !terms || terms.length === 0) return
    this.#add(record, countsOf(terms), terms.length)
  }

  /** Replaces a row that has another label than before, and the same terms. */
  relabel({ record }: Row): void {
    const at = this.#idsOf(record.collection).get(record.id)
    if (at === undefined) return
    const counts = (this.#groups[this.#documents.groups[at] ?? 0] as TermGroup).countsOf(at)
    const length = this.#documents.lengths[at] ?? 0
    this.remove(record)
    this.#add(record, counts, length)
  }

  #add(record: StoredRecord, counts: ReadonlyMap<string, number>, length: number): void {
    const number = this.#groupOf(record)
    const at = this.#documents.add(record, number, length)
    ;(this.#groups[number] as TermGroup).add(at, counts, length, this.#documents.taskOf(at))
    this.#idsOf(record.collection).set(record.id, at)
    this.#expire(at, record)
  }

  remove({ collection, id }: RecordKey): void {
    const at = this.#idsOf(collection).get(id)
    if (at === undefined) return
    this.#expire(at, {})
    this.#idsOf(collection).delete(id)
    ;(this.#groups[this.#documents.groups[at] ?? 0] as TermGroup).remove(this.#documents.lengths[at] ?? 0)
    this.#documents.remove(at)
    this.#removed += 1
    if (this.#removed > 1_000 && this.#removed > this.size) this.#renumber()
  }

  clear(): void {
    this.#documents = new DocumentColumns()
    this.#groups.length = 0
    for (const map of [this.#groupNumbers, this.#numbers, this.#expiring, this.#expiries]) map.clear()
    this.#removed = 0
  }

  /** Replaces a row whose terms are unchanged, such as after an extended time to live. */
  touch({ record }: Row): void {
    const at = this.#idsOf(record.collection).get(record.id)
    if (at !== undefined) this.#expire(at, record)
  }

  /** The best matches among the records that pass a search's filter, best first. */
  search(query: SearchQuery, now: number): FoundKey[] {
    this.dropExpired(now)
    const { collection, audience, task, limit, except, below } = query
    const documents = this.#documents
    const seqOf = (at: number): Seq => documents.seqs[at] ?? 0
    const isThere = (at: number): boolean => (documents.groups[at] ?? -1) >= 0
    const groups = this.#groups.filter(
      (group) => group.collection === collection && (audience === undefined || covers(audience, group.label)),
    )
    const terms = new GroupTerms(
      groups,
      documents,
      isThere,
      task === undefined ? undefined : documents.taskNumber(task),
    )
    const best = topMatches(matchWords(query.words, terms), {
      limit,
      below,
      seqOf,
      passes: (at) => !except?.has(seqOf(at)) && passesFilter(documents.fieldsOf(at), query),
    })
    return best.map(({ slot, seq, score }) => ({ key: { collection, id: documents.ids[slot] ?? '' }, seq, score }))
  }

  #groupOf({ collection, sensitivity, compartments }: StoredRecord): number {
    const name = [collection, sensitivity, ...compartments.toSorted()].join('\0')
    const known = this.#groupNumbers.get(name)
    if (known !== undefined) return known
    const number = this.#groups.push(new TermGroup(collection, { sensitivity, compartments })) - 1
    this.#groupNumbers.set(name, number)
    return number
  }

  #idsOf(collection: Collection): Map<string, number> {
    const found = this.#numbers.get(collection) ?? new Map<string, number>()
    this.#numbers.set(collection, found)
    return found
  }

  /** Drops what has expired, as far as is known here. Returns its keys, for callers whom nobody informs of a later end. */
  dropExpired(now: number): readonly RecordKey[] {
    const keys: RecordKey[] = []
    for (;;) {
      const expired = this.#expiring.takeExpired(now)
      if (!expired) return keys
      this.remove(expired.key)
      keys.push(expired.key)
    }
  }

  /** Most records never expire and cost the queue nothing. */
  #expire(at: number, { expiresAt, ...record }: Partial<StoredRecord>): void {
    const queued = this.#expiries.get(at)
    if (queued) {
      this.#expiring.remove(queued)
      this.#expiries.delete(at)
    }
    if (expiresAt === undefined) return
    const item = { key: record as RecordKey, expiresAt, place: -1 }
    this.#expiries.set(at, item)
    this.#expiring.add(item)
  }

  /** Gives the documents new numbers, once most of them were removed. */
  #renumber(): void {
    const before = this.#documents
    const numbers = new Map<number, number>()
    this.#documents = new DocumentColumns()
    for (let at = 0; at < before.size; at += 1) {
      const group = before.groups[at] ?? -1
      if (group >= 0) numbers.set(at, this.#documents.add(before.fieldsOf(at), group, before.lengths[at] ?? 0))
    }
    for (const ids of this.#numbers.values()) for (const [id, at] of ids) ids.set(id, numbers.get(at) ?? 0)
    for (const group of this.#groups) group.renumber(numbers)
    const expiries = [...this.#expiries]
    this.#expiries.clear()
    for (const [at, item] of expiries) this.#expiries.set(numbers.get(at) ?? 0, item)
    this.#removed = 0
  }
}

interface Expiring {
  readonly key: RecordKey
  readonly expiresAt: number
  place: number
}

/** How often each term is in a list. */
function countsOf(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const term of terms) counts.set(term, Math.min(mostRepeats, (counts.get(term) ?? 0) + 1))
  return counts
}
