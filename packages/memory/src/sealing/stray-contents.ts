import { levelIndex } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import type { Corruption } from '../store/corruption.ts'
import { hashOf } from '../store/object-id.ts'
import { recordPages } from '../store/record-pages.ts'
import type { StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'

const pageSize = 500

/** Finds contents of objects that lie plain in a sealed space, although no record lets them. */
export class StrayContents {
  readonly #whole: Level | undefined
  readonly #high = new Set<string>()
  readonly #low = new Set<string>()
  readonly #plain = new Set<string>()

  /** @param whole - The lowest level of which everything is sealed. */
  constructor(whole: Level | undefined) {
    this.#whole = whole
  }

  record({ collection, id, sensitivity }: Pick<StoredRecord, 'collection' | 'id' | 'sensitivity'>): void {
    if (this.#whole === undefined || collection !== 'objects') return
    const isHigh = levelIndex(sensitivity) >= levelIndex(this.#whole)
    ;(isHigh ? this.#high : this.#low).add(hashOf(id))
  }

  object(name: string): void {
    if (name === hashOf(name)) this.#plain.add(name)
  }

  /** Call it after all records and objects. */
  async *find(store: Store): AsyncGenerator<Corruption, void, undefined> {
    const isStray = (hash: string): boolean => this.#high.has(hash) && !this.#low.has(hash)
    if (![...this.#plain].some(isStray)) return
    // The same content may have been stored under a lower label meanwhile.
    for await (const page of recordPages(store, { collection: 'objects', limit: pageSize })) {
      for (const record of page) this.record(record)
    }
    for (const id of [...this.#plain].filter(isStray)) {
      yield {
        kind: 'object',
        id,
        problem: 'It is not sealed, although every record with this content must be.',
        raw: '',
      }
    }
  }
}
