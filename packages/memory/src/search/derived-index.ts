import { liveRecord } from '../store/apply-mutation.ts'
import type { ChangePage } from '../store/change.ts'
import type { Collection } from '../store/collections.ts'
import { correctedKey } from '../store/correction-key.ts'
import type { SearchQuery } from '../store/query.ts'
import type { RecordKey, Seq } from '../store/record.ts'
import { TermTable } from './term-table.ts'
import type { FoundKey, IndexedRow } from './term-table.ts'

/** Where a {@link DerivedIndex} reads what it indexes. */
export interface IndexSource {
  /** The indexed collections. */
  readonly collections: readonly Collection[]
  changes(after: Seq, limit: number): Promise<ChangePage>
  get(keys: readonly RecordKey[]): Promise<readonly (IndexedRow | undefined)[]>
  /** All rows of a collection; some of them may come twice. */
  scan(collection: Collection): AsyncIterable<readonly IndexedRow[]>
}

const pageSize = 1_000

/**
 * The search index of one process: built from what a store holds, kept current by the
 * feed. Each search first reads the feed to its end, so it finds what was written before it.
 */
export class DerivedIndex {
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
    // One after the other: a later search must see what was written before it. A failure is told to whoever met it.
    this.#catchingUp = this.#catchingUp.catch(() => {}).then(() => this.#catchUp(now))
    await this.#catchingUp
    return this.#table.search(query, now)
  }

  async #catchUp(now: number): Promise<void> {
    await this.#readFeed()
    // The feed does not report on a touch: what would have ended by now may continue.
    const ended = this.#table.dropExpired(now)
    const rows = ended.length === 0 ? [] : await this.#source.get(ended)
    for (const row of rows) if (row && liveRecord(row, now)) this.#table.put(row, row.terms)
  }

  async #readFeed(): Promise<void> {
    if (this.#position === undefined) return this.#build()
    for (;;) {
      const page = await this.#source.changes(this.#position, pageSize)
      if (page.trimmed || page.last < this.#position || page.incarnation !== this.#incarnation) return this.#build()
      const keys = page.changes
        .map((change) => correctedKey(change) ?? change)
        .filter(({ collection }) => this.#source.collections.includes(collection))
      const rows = await this.#source.get(keys)
      for (const [index, row] of rows.entries()) {
        if (row) this.#table.put(row, row.terms)
        else this.#table.remove(keys[index] as RecordKey)
      }
      this.#position = page.changes.at(-1)?.seq ?? this.#position
      if (page.changes.length < pageSize) return
    }
  }

  /** Builds the index again. What changes meanwhile is indexed twice, which is harmless. */
  async #build(): Promise<void> {
    this.#position = undefined
    this.#table.clear()
    const { last, incarnation } = await this.#source.changes(Number.MAX_SAFE_INTEGER, 1)
    for (const collection of this.#source.collections) {
      for await (const rows of this.#source.scan(collection)) for (const row of rows) this.#table.put(row, row.terms)
    }
    this.#incarnation = incarnation
    this.#position = last
    await this.#readFeed()
  }
}
