import { compareNames } from '../values/compare-names.ts'
import type { DocumentColumns } from './document-columns.ts'
import type { Postings, TermSource } from './match-words.ts'
import { documentOf } from './posting-lists.ts'
import type { Totals } from './ranking.ts'
import type { TermGroup } from './term-group.ts'

/** The terms of the groups that a search may see, within a task if it names one. */
export class GroupTerms implements TermSource {
  readonly totals: Totals
  readonly #groups: readonly TermGroup[]
  readonly #documents: DocumentColumns
  readonly #isThere: (document: number) => boolean
  /** Marks the documents of the task. */
  readonly #inTask: Uint8Array | undefined

  constructor(
    groups: readonly TermGroup[],
    documents: DocumentColumns,
    isThere: (document: number) => boolean,
    task: string | undefined,
  ) {
    this.#groups = groups
    this.#documents = documents
    this.#isThere = isThere
    let [records, length] = [0, 0]
    if (task !== undefined) {
      this.#inTask = new Uint8Array(documents.size)
      for (const group of groups) {
        for (const entry of group.entriesOfTask(task, isThere)) {
          this.#inTask[documentOf(entry)] = 1
          records += 1
          length += documents.lengths[documentOf(entry)] ?? 0
        }
      }
    } else {
      for (const group of groups) {
        records += group.records
        length += group.length
      }
    }
    this.totals = { records, length }
  }

  postings(term: string): Postings {
    const lists = this.#groups.map((group) => group.entries(term, this.#isThere)).filter(({ length }) => length > 0)
    if (lists.length === 0) return nothing
    // Documents have their numbers in the order in which they came, whatever their group.
    const entries = lists.length === 1 ? lists[0] : Float64Array.from(lists.flatMap((list) => [...list])).toSorted()
    const length = entries?.length ?? 0
    const slots = new Float64Array(length)
    const codes = new Uint16Array(length)
    const { lengthCodes } = this.#documents
    let count = 0
    for (let at = 0; at < length; at += 1) {
      const entry = entries?.[at] ?? 0
      const document = documentOf(entry)
      if (this.#inTask && this.#inTask[document] !== 1) continue
      slots[count] = document
      codes[count] = (entry % 16) * 256 + (lengthCodes[document] ?? 0)
      count += 1
    }
    return count === length ? { slots, codes } : { slots: slots.subarray(0, count), codes: codes.subarray(0, count) }
  }

  known(terms: readonly string[]): readonly string[] {
    return terms.filter((term) => this.#has(term))
  }

  beginning(prefix: string, limit: number): readonly string[] {
    const found = new Set(this.#groups.flatMap((group) => [...group.beginning(prefix)]))
    const some: string[] = []
    for (const term of [...found].toSorted(compareNames)) {
      if (some.length === limit) break
      if (this.#has(term)) some.push(term)
    }
    return some
  }

  mayHave(prefix: string): boolean {
    return this.#groups.some((group) => group.mayHave(prefix))
  }

  #has(term: string): boolean {
    return this.#groups.some((group) => group.has(term) && this.postings(term).slots.length > 0)
  }
}

const nothing: Postings = { slots: [], codes: [] }
