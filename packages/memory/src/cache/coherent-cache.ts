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
 * A local copy of one record, or of its absence.
 *
 * What a hit looks at comes first and consists of small whole numbers, so that
 * it lies in one line of the CPU's cache.
 */
export interface Entry extends Visitable {
  readonly slot: number
  /** What the fill observed there. */
  readonly observed: number
  /** When the copy's time to live ends, in ticks of the coarse clock; {@link exact} for a record that expires. */
  readonly deadline: number
  /** The label's level as a number; {@link compartmented} when that alone does not tell who may see it. */
  readonly levelIndex: number
  /** Who read it last since the audit asked, by its slot, and how often in a row: see `AuditTrail`. */
  lastReaderSlot: number
  readCount: number
  /** The decoded value, frozen: shared by reference with every reader of this thread. */
  readonly value: unknown
  /** The same value, already resolved: a hit allocates no promise. */
  readonly resolved: Promise<unknown>
  readonly record: StoredRecord | undefined
  readonly key: RecordKey
  /** How often those before it read it, by their slots. */
  earlierReads: number[] | undefined
  /** In ticks of the coarse clock. */
  readonly cachedAt: number
}

/** What an entry takes beside its value, about. */
const entryBytes = 512

/** Above every level: who may see the record depends on its compartments too. */
const compartmented = 99

/** Of an entry that nobody read since the audit asked. */
export const unread: number = -1

/** A deadline that has always passed: the slow path decides. */
const exact = -1

/** What a cache is made of. */
export interface CacheParts {
  readonly store: Store
  readonly epochs: EpochTable
  readonly counters: Counters
  readonly ttlMs: number
  readonly maxEntries: number
  readonly maxCacheBytes: number
  /** False: nothing is kept, every read goes to the store. */
  readonly enabled: boolean
}

/**
 * One thread's copies of the records of one collection, valid only while the
 * epoch table says so (see {@link EpochTable} for the protocol).
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

  /** The copy of a record, if there is one that is still true. */
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

  /** A record that expires is held against the store's clock, exactly, and has no deadline of its own. */
  #isAlive({ deadline, cachedAt: copiedAt, record }: Entry): boolean {
    if (deadline !== exact || record?.expiresAt === undefined) return false
    return record.expiresAt > this.#parts.store.now() && copiedAt + this.#ttlTicks > coarseClock.now
  }

  /** The record as it is now: from the copy, else from the store. */
  load(id: string): Promise<Entry> {
    const entry = this.hit(id)
    return entry === undefined ? this.fetch(id) : Promise.resolve(entry)
  }

  /** The record as it is in the store, kept as a copy when nothing was written meanwhile. */
  fetch(id: string): Promise<Entry> {
    const slot = this.#epochs.slotOf(this.#collection, id)
    const before = this.#epochs.observe(slot)
    this.#counters.add('misses')
    const running = this.#loading.get(id)
    // Join a read only while nothing was written since it began: it could
    // otherwise hand out a value older than a write that had already ended.
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
    const isUnseen = record !== undefined && this.#epochs.noteObserved(slot, record.seq)
    // What can't be opened is an error for those who may see it; who that is, the caller knows.
    const isReadable = record === undefined || !isSealed(record.value)
    const value = record === undefined || !isReadable ? undefined : decodeFrozen(record.value)
    const { sensitivity, compartments } = record ?? publicLabel
    const entry: Entry = {
      visited: false,
      // The text and the value made of it; two bytes a character at worst.
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
    // What was written since it was observed shows at the first hit.
    if (enabled && isReadable && !isUnseen && before !== undefined) this.#entries.set(id, entry)
    return entry
  }
}

interface Load {
  readonly before: number | undefined
  readonly entry: Promise<Entry>
}
