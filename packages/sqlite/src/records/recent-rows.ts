import type { RecordKey, Row } from '@skein/memory/store'

import type { KnownPast } from './known-past.ts'
import type { RawRowAndMore } from './record-row.ts'

/** A row with its id in the table, and what the table says of it beside the record. */
export interface RowWithId extends Row {
  readonly rowId: number
  /** As it is stored. */
  readonly raw: RawRowAndMore
  /** Whether the full-text index holds it. */
  readonly hasTerms: boolean
  /** Its past versions, if it has any. */
  readonly past: KnownPast | undefined
  /** Whether it is a placeholder for a row that can't be read. */
  readonly isDamaged?: boolean
  /** Whether its mark as an entry of a journal is not what its collection says. */
  readonly hasWrongMark?: boolean
}

const maxRows = 2_000
/** In UTF-16 units: for a long value, reading the row is the smallest part of a write. */
const maxValueLength = 1_000

/**
 * Caches the rows that were written last, since most writes replace a row that
 * was written a moment ago. The rows are valid until another connection writes
 * or a transaction is rolled back.
 */
export class RecentRows {
  readonly #rows = new Map<string, RowWithId>()

  get(key: RecordKey): RowWithId | undefined {
    return this.#rows.get(nameOf(key))
  }

  set(key: RecordKey, row: RowWithId): void {
    const name = nameOf(key)
    if (row.record.value.length > maxValueLength) {
      this.#rows.delete(name)
      return
    }
    this.#rows.set(name, row)
    // A map iterates in the order of insertion.
    if (this.#rows.size > maxRows) for (const [oldest] of this.#rows) return void this.#rows.delete(oldest)
  }

  clear(): void {
    this.#rows.clear()
  }
}

// No collection has a slash in its name.
function nameOf({ collection, id }: RecordKey): string {
  return `${collection}/${id}`
}
