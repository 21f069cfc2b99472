import { analyzerVersion, collectionsWith, hasTrait, isSealed, termsOfValue, TermTable } from '@skein/memory/store'
import type { ChangePage, Collection, FoundKey, RecordKey, SearchQuery, Seq } from '@skein/memory/store'

import type { UnpackedRow } from '../records/record-row.ts'

/** Where the index reads what it indexes. */
export interface IndexSource {
  changes(after: Seq, limit: number): Promise<ChangePage>
  get(keys: readonly RecordKey[]): Promise<readonly (UnpackedRow | undefined)[]>
  /** All rows of a collection; some of them may come twice. */
  scan(collection: Collection): AsyncIterable<readonly UnpackedRow[]>
}

const pageSize = 1_000

/**
 * The search index of one process: built from what the store holds, kept current
 * by the feed. Each search first reads the feed to its end, so it finds what was
 * written before it.
 */
export class SearchIndex {
  readonly #source: IndexSource
  readonly #table = new TermTable()
  /** The change up to which everything is indexed; undefined before the index was built. */
  #position: Seq | undefined
  #incarnation: string | undefined
  #catchingUp: Promise<void> = Promise.resolve()

  constructor(source: IndexSource) {
    this.#source = source
  }

  async search(query: SearchQuery, now: number): Promise<readonly FoundKey[]> {
    // One after the other: a later search must see what was written before it.
    this.#catchingUp = this.#catchingUp.catch(() => {}).then(() => this.#catchUp())
    await this.#catchingUp
    return this.#table.search(query, now)
  }

  async #catchUp(): Promise<void> {
    if (this.#position === undefined) return this.#build()
    for (;;) {
      const page = await this.#source.changes(this.#position, pageSize)
      if (page.trimmed || page.last < this.#position || page.incarnation !== this.#incarnation) return this.#build()
      const keys = page.changes.filter(({ collection }) => hasTrait(collection, 'searchable'))
      const rows = await this.#source.get(keys)
      for (const [index, row] of rows.entries()) {
        if (row) this.#table.put(row, termsOf(row))
        else this.#table.remove(keys[index] as RecordKey)
      }
      this.#position = page.changes.at(-1)?.seq ?? this.#position
      if (page.changes.length < pageSize) return
    }
  }

  /** Builds the index anew. What changes meanwhile is indexed twice, which is harmless. */
  async #build(): Promise<void> {
    this.#position = undefined
    this.#table.clear()
    const { last, incarnation } = await this.#source.changes(Number.MAX_SAFE_INTEGER, 1)
    for (const collection of collectionsWith('searchable')) {
      for await (const rows of this.#source.scan(collection)) {
        for (const row of rows) this.#table.put(row, termsOf(row))
      }
    }
    this.#incarnation = incarnation
    this.#position = last
    await this.#catchUp()
  }
}

/** What another version of the analysis took for terms is analyzed anew, row by row. */
function termsOf({ record, terms, analyzer }: UnpackedRow): readonly string[] | undefined {
  if (terms === undefined || analyzer === analyzerVersion || isSealed(record.value)) return terms
  return termsOfValue(record.value)
}
