import type { StoredRecord } from '../store/record.ts'
import { coarseClock } from './coarse-clock.ts'
import type { EpochTable } from './epoch-table.ts'
import { SecondChanceMap } from './second-chance-map.ts'
import type { Visitable } from './second-chance-map.ts'

/** The counters of the epoch table before records were written. */
export interface BeforeWrite {
  readonly erasures: number
  /** By slot: its counter, `undefined` if a write was under way; and how many records are written there. */
  readonly slots: ReadonlyMap<number, { readonly observed: number | undefined; readonly writes: number }>
}

/** A record as it was written, and what the epoch table says while it is the newest. */
interface WrittenRecord extends Visitable {
  readonly record: StoredRecord
  readonly slot: number
  readonly expected: number
  readonly erasures: number
  /** When it was written, in ticks of the coarse clock. */
  readonly at: number
}

/** What becomes an entry of the cache. */
interface Taken {
  readonly record: StoredRecord
  readonly slot: number
  readonly observed: number
  readonly at: number
}

/** This part of a cache's limits, since what is written need not be read. */
const share = 8

/** Approximate size of an entry without its value. */
const entryBytes = 256

/**
 * What this thread has just written, so that who reads it next need not ask the store. Nothing is decoded before.
 *
 * Each write adds two to its slot's counter: one as it begins, and one as its change is received from the feed, in the
 * order of the feed. So if it was received and the counter has grown by no more, nothing newer has happened in the slot.
 * Everything else, also what invalidates all slots, makes the numbers differ, and then the record is not kept.
 */
export class WrittenRecords {
  readonly #epochs: EpochTable
  readonly #collection: string
  readonly #records: SecondChanceMap<WrittenRecord>

  constructor(
    collection: string,
    epochs: EpochTable,
    limits: { readonly maxEntries: number; readonly maxBytes: number },
  ) {
    this.#collection = collection
    this.#epochs = epochs
    const { maxEntries, maxBytes } = limits
    this.#records = new SecondChanceMap(Math.ceil(maxEntries / share), Math.ceil(maxBytes / share))
  }

  /**
   * Call before the store receives a batch.
   *
   * @param ids - Of all records of this collection that it sets or deletes. Each must become a change, if anything does.
   */
  before(ids: readonly string[]): BeforeWrite {
    const slots = new Map<number, { readonly observed: number | undefined; readonly writes: number }>()
    for (const id of ids) {
      const slot = this.#slotOf(id)
      const known = slots.get(slot)
      slots.set(slot, {
        observed: known ? known.observed : this.#epochs.observe(slot),
        writes: (known?.writes ?? 0) + 1,
      })
    }
    return { erasures: this.#epochs.erasures, slots }
  }

  /** Keeps the records of this collection that were written. */
  keep(records: readonly StoredRecord[], { erasures, slots }: BeforeWrite): void {
    const at = coarseClock.now
    for (const record of records) {
      if (record.collection !== this.#collection) continue
      const slot = this.#slotOf(record.id)
      const { observed, writes } = slots.get(slot) ?? { observed: undefined, writes: 0 }
      // What expires is left to the store, which has the time.
      if (observed === undefined || record.expiresAt !== undefined) continue
      const bytes = entryBytes + 2 * record.value.length
      const expected = (observed + 2 * writes) | 0
      this.#records.set(record.id, { visited: false, bytes, record, slot, expected, erasures, at })
      this.#epochs.noteValue(slot)
    }
  }

  /** Takes out a record, if it is still the newest. */
  take(id: string): Taken | undefined {
    const written = this.#records.get(id)
    if (written === undefined) return undefined
    const { record, slot, expected, erasures, at } = written
    // It may be received yet.
    if (this.#epochs.isUnseen(record.seq)) return undefined
    this.#records.delete(id)
    const isNewest = this.#epochs.observe(slot) === expected && this.#epochs.erasures === erasures
    return isNewest ? { record, slot, observed: expected, at } : undefined
  }

  #slotOf(id: string): number {
    return this.#epochs.slotOf(this.#collection, id)
  }
}
