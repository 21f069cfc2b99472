import { TermTable } from '@skein/memory/store'
import type { ChangePage, Collection, RankedMatches, RecordKey, SearchQuery, Seq } from '@skein/memory/store'

import type { UnpackedRow } from './record-row.ts'

/** How the index gets at what it indexes. */
export interface IndexSource {
  changes(after: Seq, limit: number): Promise<ChangePage>
  rows(keys: readonly RecordKey[]): Promise<readonly (UnpackedRow | undefined)[]>
  allRows(collection: Collection): AsyncIterable<readonly UnpackedRow[]>
}

/** Collections that may be searched. */
const searched: readonly Collection[] = ['observations', 'decisions', 'learnings', 'facts', 'alerts']
const pageSize = 1_000

/**
 * The search index of one process: made from what the store holds, kept up by
 * the feed. A search first reads the feed to its end, so it finds what was
 * written before it was asked.
 */
export class SearchIndex {
  readonly #source: IndexSource
  readonly #table = new TermTable()
  /** The change up to which everything is indexed; undefined before the index was made. */
  #position: Seq | undefined
  #incarnation: string | undefined
  #catchingUp: Promise<void> = Promise.resolve()

  constructor(source: IndexSource) {
    this.#source = source
  }

  async search(query: SearchQuery, now: number): Promise<RankedMatches & { readonly keys: readonly RecordKey[] }> {
    // One after the other: a search that comes later must see what came before it.
    this.#catchingUp = this.#catchingUp.catch(() => {}).then(() => this.#catchUp())
    await this.#catchingUp
    return this.#table.search(query, now)
  }

  async #catchUp(): Promise<void> {
    if (this.#position === undefined) return this.#make()
    for (;;) {
      const page = await this.#source.changes(this.#position, pageSize)
      if (page.trimmed || page.last < this.#position || page.incarnation !== this.#incarnation) return this.#make()
      const keys = page.changes.filter(({ collection }) => searched.includes(collection))
      const rows = await this.#source.rows(keys)
      for (const [index, row] of rows.entries()) {
        if (row) this.#table.put(row, row.terms)
        else this.#table.remove(keys[index] as RecordKey)
      }
      this.#position = page.changes.at(-1)?.seq ?? this.#position
      if (page.changes.length < pageSize) return
    }
  }

  /** Makes the index anew. What changes meanwhile is indexed twice, which does no harm. */
  async #make(): Promise<void> {
    this.#position = undefined
    this.#table.clear()
    const { last, incarnation } = await this.#source.changes(Number.MAX_SAFE_INTEGER, 1)
    for (const collection of searched) {
      for await (const rows of this.#source.allRows(collection)) {
        for (const row of rows) this.#table.put(row, row.terms)
      }
    }
    this.#incarnation = incarnation
    this.#position = last
    await this.#catchUp()
  }
}
