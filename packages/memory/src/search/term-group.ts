import type { Label } from '../values/access.ts'
import type { Collection } from '../store/collections.ts'
import { PostingLists } from './posting-lists.ts'
import type { ReadEntries } from './posting-lists.ts'

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
  readonly #terms = new PostingLists()
  readonly #tasks = new PostingLists()
  /** What terms of other languages than English begin with. */
  readonly #languages = new Set<string>()

  constructor(collection: Collection, label: Label) {
    this.collection = collection
    this.label = label
  }

  /** @param counts - How often the document has each term. */
  add(document: number, counts: ReadonlyMap<string, number>, length: number, task: string | undefined): void {
    this.records += 1
    this.length += length
    for (const [term, repeats] of counts) {
      const isNew = this.#terms.add(term, document * 16 + repeats)
      if (isNew && term[2] === ':') this.#languages.add(term.slice(0, 3))
    }
    if (task !== undefined) this.#tasks.add(task, document * 16)
  }

  /** A document of this group is gone. */
  remove(length: number): void {
    this.records -= 1
    this.length -= length
    this.#terms.removed()
    this.#tasks.removed()
  }

  /** How often a document has each of its terms. It looks through all terms, for what happens seldom. */
  countsOf(document: number): ReadonlyMap<string, number> {
    return this.#terms.countsOf(document)
  }

  /** The documents that have a term. */
  entries(term: string, isThere: (document: number) => boolean): ReadEntries {
    return this.#terms.read(term, isThere)
  }

  /** The documents of a task. */
  entriesOfTask(task: string, isThere: (document: number) => boolean): ReadEntries {
    return this.#tasks.read(task, isThere)
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
    for (const term of this.#terms.names()) if (term.startsWith(prefix)) yield term
  }

  /** See {@link PostingLists.renumber}. */
  renumber(numbers: readonly number[]): void {
    this.#terms.renumber(numbers)
    this.#tasks.renumber(numbers)
  }

  /** See {@link PostingLists.goOn}. */
  goOn(most: number): number {
    return this.#tasks.goOn(this.#terms.goOn(most))
  }
}
