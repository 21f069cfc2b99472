import { covers } from '../values/access.ts'
import type { Row } from '../store/apply-mutation.ts'
import type { SearchQuery } from '../store/query.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import { passesFilter } from '../store/record-filter.ts'
import type { Collection } from '../store/collections.ts'
import { DocumentColumns } from './document-columns.ts'
import { ExpiryQueue } from './expiry-queue.ts'
import { matchWords } from './match-words.ts'
import { mostRepeats } from './ranking.ts'
import { GroupTerms } from './group-terms.ts'
import { KeyMap } from './key-map.ts'
import { Renumbering } from './renumbering.ts'
import { TermGroup } from './term-group.ts'
import { topMatches } from './top-matches.ts'

/** Documents get new numbers once more than so many, and most of all, were removed. */
const manyRemoved = 1_000
/** With each change so many of them get one, or so many entries of lists, for each term of what changes. */
const documentsAtOnce = 16
const entriesAtOnce = 16

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
  /** The number of each document. */
  #ids = new KeyMap<number>()
  readonly #expiring = new ExpiryQueue<Expiring>()
  readonly #expiries = new KeyMap<Expiring>()
  #size = 0
  #renumbering: Renumbering | undefined
  /** Whether lists have yet to get the numbers that documents have. */
  #areListsBehind = false

  /** How many records are indexed, among them those that have expired since the last search. */
  get size(): number {
    return this.#size
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
    const at = this.#ids.get(record)
    if (at === undefined) return
    const counts = (this.#groups[this.#documents.groups[at] ?? 0] as TermGroup).countsOf(at)
    const length = this.#documents.lengths[at] ?? 0
    this.remove(record)
    this.#add(record, counts, length)
  }

  #add(record: StoredRecord, counts: ReadonlyMap<string, number>, length: number): void {
    const number = this.#groupOf(record)
    const at = this.#documents.add(record, number, length)
    ;(this.#groups[number] as TermGroup).add(at, counts, length, record.task)
    this.#ids.set(record, at)
    this.#size += 1
    this.#expire(record)
    this.#goOn(length)
  }

  remove(key: RecordKey): void {
    const at = this.#ids.get(key)
    if (at === undefined) return
    const length = this.#documents.lengths[at] ?? 0
    this.#neverExpire(key)
    this.#ids.delete(key)
    ;(this.#groups[this.#documents.groups[at] ?? 0] as TermGroup).remove(length)
    this.#documents.remove(at)
    this.#renumbering?.remove(key, at)
    this.#size -= 1
    this.#goOn(length)
  }

  clear(): void {
    this.#documents = new DocumentColumns()
    this.#groups.length = 0
    for (const map of [this.#groupNumbers, this.#ids, this.#expiring, this.#expiries]) map.clear()
    this.#size = 0
    this.#renumbering = undefined
    this.#areListsBehind = false
  }

  /** Replaces a row whose terms are unchanged, such as after an extended time to live. */
  touch({ record }: Row): void {
    const at = this.#ids.get(record)
    if (at !== undefined) this.#expire(record)
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
    const terms = new GroupTerms(groups, documents, isThere, task)
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
  #expire({ collection, id, expiresAt }: StoredRecord): void {
    const key = { collection, id }
    this.#neverExpire(key)
    if (expiresAt === undefined) return
    const item = { key, expiresAt, place: -1 }
    this.#expiries.set(key, item)
    this.#expiring.add(item)
  }

  #neverExpire(key: RecordKey): void {
    const queued = this.#expiries.get(key)
    if (!queued) return
    this.#expiring.remove(queued)
    this.#expiries.delete(key)
  }

  /**
   * Gives documents and lists new numbers, once most documents were removed: so much of it with each change that it is
   * done long before it is due again, and nobody waits for all of it.
   *
   * @param length - How many terms the changed document has.
   */
  #goOn(length: number): void {
    if (this.#renumbering) {
      if (!this.#renumbering.goOn(documentsAtOnce)) return
      const { documents, ids, numbers } = this.#renumbering
      this.#documents = documents
      this.#ids = ids
      for (const group of this.#groups) group.renumber(numbers)
      this.#renumbering = undefined
      this.#areListsBehind = true
    } else if (this.#areListsBehind) {
      let left = entriesAtOnce * (1 + length)
      for (const group of this.#groups) left = group.goOn(left)
      this.#areListsBehind = left <= 0
    } else {
      const removed = this.#documents.size - this.#size
      if (removed <= manyRemoved || removed <= this.#size) return
      const collectionOf = (group: number): Collection => (this.#groups[group] as TermGroup).collection
      this.#renumbering = new Renumbering(this.#documents, collectionOf)
    }
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
