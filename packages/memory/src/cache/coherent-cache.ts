import { publicLabel, levelIndex } from '../values/access.ts'
import { coarseClock, tickMs } from './coarse-clock.ts'
import type { Counters } from './counters.ts'
import type { EpochTable } from './epoch-table.ts'
import { decodeFrozen } from '../values/json.ts'
import { isSealed } from '../values/sealed-text.ts'
import { SecondChanceMap } from './second-chance-map.ts'
import type { Visitable } from './second-chance-map.ts'
import type { Store } from '../store/store.ts'
import type { Collection } from '../store/collections.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'

/**
 * A cached record, or its cached absence.
 *
 * The fields that a hit reads come first and are small integers, so that they
 * share one CPU cache line.
 */
export interface Entry extends Visitable {
  readonly slot: number
  /** The slot's counter when the fill observed it. */
  readonly observed: number
  /** End of the entry's time to live, in ticks of the coarse clock; {@link exact} for a record that expires. */
  readonly deadline: number
  /** The label's level as a number; {@link compartmented} if the label has compartments, too. */
  readonly levelIndex: number
  /** Slot of the last reader since the audit was flushed, see `ReadAuditBuffer`; else {@link unread}. */
  lastReaderSlot: number
  /** Reads by the last reader. */
  readCount: number
  /** The decoded value, frozen: shared by reference with every reader of this thread. */
  readonly value: unknown
  /** The value as a resolved promise, so that a hit allocates none. */
  readonly resolved: Promise<unknown>
  readonly record: StoredRecord | undefined
  readonly key: RecordKey
  /** Read counts of the earlier readers, by slot. */
  earlierReads: number[] | undefined
  /** When the entry was cached, in ticks of the coarse clock. */
  readonly cachedAt: number
}

/** Approximate size of an entry without its value. */
const entryBytes = 512

/** Above every level: the record has compartments, so its level alone doesn't decide who may see it. */
const compartmented = 99

/** The reader slot of an entry that nobody has read since the audit was flushed. */
export const unread: number = -1

/** A deadline that has always passed, so that the slow path compares exact times. */
const exact = -1

/** Dependencies and limits of a {@link CoherentCache}. */
export interface CacheParts {
  readonly store: Store
  readonly epochs: EpochTable
  readonly counters: Counters
  readonly ttlMs: number
  readonly maxEntries: number
  readonly maxCacheBytes: number
  /** If false, nothing is cached and every read goes to the store. */
  readonly enabled: boolean
}

/**
 * One thread's cache of one collection's records. An entry is valid only as long
 * as the epoch table confirms it, see {@link EpochTable} for the protocol.
 */
export class CoherentCache {
  readonly #collection: Collection
  readonly #parts: CacheParts
  readonly #epochs: EpochTable
  readonly #counters: Counters
  readonly #ttlTicks: number
  readonly #entries: SecondChanceMap<Entry>
  readonly #loading = new Map<string, Load>()

  constructor(collection: Collection, parts: CacheParts) {
    this.#collection = collection
    this.#parts = parts
    this.#epochs = parts.epochs
    this.#counters = parts.counters
    this.#ttlTicks = Math.max(1, Math.floor(parts.ttlMs / tickMs))
    this.#entries = new SecondChanceMap(parts.maxEntries, parts.maxCacheBytes)
  }

  /** The cached entry of a record, if there is a valid one. */
  hit(id: string): Entry | undefined {
    const entry = this.#entries.get(id)
    if (entry === undefined) return undefined
    const isCurrent = this.#epochs.isCurrent(entry.slot, entry.observed)
    if (isCurrent && (entry.deadline > coarseClock.now || this.#isAlive(entry))) {
      this.#counters.addHit()
      return entry
    }
    if (!isCurrent) this.#counters.add('invalidations')
    this.#entries.delete(id)
    return undefined
  }

  /** Compares a record that expires with the store's exact clock, and the entry's age with the time to live. */
  #isAlive({ deadline, cachedAt, record }: Entry): boolean {
    if (deadline !== exact || record?.expiresAt === undefined) return false
    return record.expiresAt > this.#parts.store.now() && cachedAt + this.#ttlTicks > coarseClock.now
  }

  /** The current record, from the cache or else from the store. */
  load(id: string): Promise<Entry> {
    const entry = this.hit(id)
    return entry === undefined ? this.fetch(id) : Promise.resolve(entry)
  }

  /** Reads the record from the store, and caches it unless it was written meanwhile. */
  fetch(id: string): Promise<Entry> {
    const slot = this.#epochs.slotOf(this.#collection, id)
    const before = this.#epochs.observe(slot)
    this.#counters.add('misses')
    const running = this.#loading.get(id)
    // Join a running read only if nothing was written since it began. Otherwise
    // it could return a value older than a write that has already finished.
    if (running && before !== undefined && running.before === before) {
      return running.entry
    }
    const load: Load = { before, entry: this.#read(id, slot, before) }
    this.#loading.set(id, load)
    const forget = (): void => {
      if (this.#loading.get(id) === load) this.#loading.delete(id)
    }
    load.entry.then(forget, forget)
    return load.entry
  }

  async #read(id: string, slot: number, before: number | undefined): Promise<Entry> {
    const { store, enabled } = this.#parts
    const key = { collection: this.#collection, id }
    const [record] = await store.read([key])
    const isUnseen = record !== undefined && this.#epochs.isUnseen(record.seq)
    // The caller decides who may see the record, and throws for them if it can't be opened.
    const isReadable = record === undefined || !isSealed(record.value)
    const value = record === undefined || !isReadable ? undefined : decodeFrozen(record.value)
    const { sensitivity, compartments } = record ?? publicLabel
    const entry: Entry = {
      visited: false,
      // The text and the value parsed from it, at up to two bytes per character each.
      bytes: entryBytes + 4 * (record?.value.length ?? 0),
      slot,
      observed: before ?? 0,
      deadline: record?.expiresAt === undefined ? coarseClock.now + this.#ttlTicks : exact,
      levelIndex: compartments.length === 0 ? levelIndex(sensitivity) : compartmented,
      lastReaderSlot: unread,
      readCount: 0,
      value,
      resolved: Promise.resolve(value),
      record,
      key,
      earlierReads: undefined,
      cachedAt: coarseClock.now,
    }
    // If the slot was written after `before` was observed, the first hit finds the entry stale.
    if (enabled && isReadable && !isUnseen && before !== undefined) {
      if (record) this.#epochs.noteValue(slot)
      this.#entries.set(id, entry)
    }
    return entry
  }
}

interface Load {
  readonly before: number | undefined
  readonly entry: Promise<Entry>
}
