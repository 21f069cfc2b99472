import type { Label } from '../values/access.ts'
import type { Collection } from '../store/collections.ts'
import { appended, documentOf, eachOf, filtered } from './posting-list.ts'
import type { Entries } from './posting-list.ts'

/**
 * The index of the records of one collection under one label. An asker sees all of a group or
 * nothing of it, so what it counts tells nobody of records that they can't see.
 */
export class TermGroup {
  readonly collection: Collection
  readonly label: Label
  records = 0
  /** The number of terms of all records. */
  length = 0
  readonly #terms = new Map<string, Entries>()
  readonly #tasks = new Map<number, Entries>()
  /** What terms of other languages than English begin with. */
  readonly #languages = new Set<string>()
  /** Changes when records were removed, which are then still in lists. */
  #removals = 0
  readonly #cleaned = new Map<Map<unknown, Entries>, Map<unknown, number>>()

  constructor(collection: Collection, label: Label) {
    this.collection = collection
    this.label = label
  }

  /** @param counts - How often the document has each term. */
  add(document: number, counts: ReadonlyMap<string, number>, length: number, task: number): void {
    this.records += 1
    this.length += length
    for (const [term, repeats] of counts) {
      const entries = this.#terms.get(term)
      if (entries === undefined && term[2] === ':') this.#languages.add(term.slice(0, 3))
      this.#terms.set(term, appended(entries, document * 16 + repeats))
    }
    if (task > 0) this.#tasks.set(task, appended(this.#tasks.get(task), document * 16))
  }

  /** A document of this group is gone. */
  remove(length: number): void {
    this.records -= 1
    this.length -= length
    this.#removals += 1
  }

  /** How often a document has each of its terms. It looks through all terms, for what happens seldom. */
  countsOf(document: number): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const [term, entries] of this.#terms) {
      for (const entry of eachOf(entries)) if (documentOf(entry) === document) counts.set(term, entry % 16)
    }
    return counts
  }

  /** The documents that have a term. */
  entries(term: string, isThere: (document: number) => boolean): ArrayLike<number> & Iterable<number> {
    return this.#entries(this.#terms, term, isThere)
  }

  /** The documents of a task. */
  entriesOfTask(task: number, isThere: (document: number) => boolean): ArrayLike<number> & Iterable<number> {
    return this.#entries(this.#tasks, task, isThere)
  }

  has(term: string): boolean {
    return this.#terms.has(term)
  }

  /** Whether there may be terms that begin in a way. */
  mayHave(prefix: string): boolean {
    return !prefix.endsWith(':') || this.#languages.has(prefix)
  }

  /** All terms that begin in a way, also of removed documents. */
  *beginning(prefix: string): Generator<string> {
    for (const term of this.#terms.keys()) if (term.startsWith(prefix)) yield term
  }

  /** Gives the documents new numbers, in the same order. */
  renumber(numbers: ReadonlyMap<number, number>): void {
    for (const map of [this.#terms, this.#tasks] as Map<unknown, Entries>[]) {
      for (const [name, entries] of map) {
        const kept = filtered(entries, (entry) => {
          const number = numbers.get(documentOf(entry))
          return number === undefined ? undefined : number * 16 + (entry % 16)
        })
        if (kept === undefined) map.delete(name)
        else map.set(name, kept)
      }
    }
    this.#cleaned.clear()
    this.#removals = 0
  }

  /** A list without removed documents. It is cleaned once after removals, by whoever reads it. */
  #entries<Name>(
    map: Map<Name, Entries>,
    name: Name,
    isThere: (document: number) => boolean,
  ): ArrayLike<number> & Iterable<number> {
    const found = map.get(name)
    if (found === undefined || this.#removals === 0) return eachOf(found)
    const cleaned = this.#cleaned.get(map) ?? new Map<unknown, number>()
    this.#cleaned.set(map, cleaned)
    if (cleaned.get(name) === this.#removals) return eachOf(found)
    cleaned.set(name, this.#removals)
    const kept = filtered(found, (entry) => (isThere(documentOf(entry)) ? entry : undefined))
    if (kept === undefined) map.delete(name)
    else map.set(name, kept)
    return eachOf(kept)
  }
}
