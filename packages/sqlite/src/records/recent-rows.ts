import type { RecordKey, Row } from '@skein/memory/store'

import type { RawRowAndMore } from './record-row.ts'

/** A row with its place in the table. */
export interface Placed extends Row {
  readonly place: number
  /** As it stands there. */
  readonly raw: RawRowAndMore
  /** Whether the index of terms holds it. */
  readonly hasTerms: boolean
  /** Whether it only stands in for a row that can't be read. */
  readonly isDamaged?: boolean
}

const most = 2_000
/** In UTF-16 units: with a long value, reading the row is the least of what a write takes. */
const longest = 1_000

/**
 * The rows that were written last: most of what is written over was written a
 * moment ago, and need not be read for that. They are true as long as nobody
 * else writes and nothing is rolled back.
 */
export class RecentRows {
  readonly #rows = new Map<string, Placed>()

  get(key: RecordKey): Placed | undefined {
    return this.#rows.get(nameOf(key))
  }

  set(key: RecordKey, row: Placed): void {
    const name = nameOf(key)
    if (row.record.value.length > longest) {
      this.#rows.delete(name)
      return
    }
    this.#rows.set(name, row)
    // The first of them is the one that was added first.
    if (this.#rows.size > most) for (const [oldest] of this.#rows) return void this.#rows.delete(oldest)
  }

  clear(): void {
    this.#rows.clear()
  }
}

// No collection has a slash in its name.
function nameOf({ collection, id }: RecordKey): string {
  return `${collection}/${id}`
}
