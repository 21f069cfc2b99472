import { LRUCache } from 'lru-cache'

import { publicLabel, rank } from './access.ts'
import { coarseClock } from './coarse-clock.ts'
import type { Counters } from './counters.ts'
import type { EpochTable, Observation } from './epoch-table.ts'
import { decodeFrozen } from './json.ts'
import type { Collection, Store, StoredRecord } from './store.ts'

/** A local copy of one record, or of its absence. */
export interface Entry {
  readonly record: StoredRecord | undefined
  /** The decoded value, frozen: shared by reference with every reader of this thread. */
  readonly value: unknown
  /** The same value, already resolved: a hit allocates no promise. */
  readonly resolved: Promise<unknown>
  /** The label's level as a number, and its compartments. */
  readonly rank: number
  readonly compartments: readonly string[]
  readonly slot: number
  readonly epoch: number
  readonly started: number
  /** By the coarse clock. */
  readonly deadline: number
  /** By the store's clock; `undefined` when the record does not expire. */
  readonly expiresAt: number | undefined
}

/** What a cache is made of. */
export interface CacheParts {
  readonly store: Store
  readonly epochs: EpochTable
  readonly counters: Counters
  readonly ttlMs: number
  readonly maxEntries: number
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
  readonly #entries: LRUCache<string, Entry>
  readonly #loading = new Map<string, Load>()

  constructor(collection: Collection, parts: CacheParts) {
    this.#collection = collection
    this.#parts = parts
    this.#entries = new LRUCache({ max: parts.maxEntries })
  }

  /** The copy of a record, if there is one that is still true. */
  hit(id: string): Entry | undefined {
    const entry = this.#entries.get(id)
    if (entry === undefined) return undefined
    const { epochs, store } = this.#parts
    if (!epochs.isCurrent(entry.slot, entry.epoch, entry.started)) {
      this.#parts.counters.add('invalidations')
      this.#entries.delete(id)
      return undefined
    }
    // The record's own end is exact; the copy's time to live may be coarse.
    if (entry.deadline <= coarseClock.now || (entry.expiresAt !== undefined && entry.expiresAt <= store.now())) {
      this.#entries.delete(id)
      return undefined
    }
    this.#parts.counters.add('hits')
    return entry
  }

  /** The record as it is now: from the copy, else from the store. */
  load(id: string): Promise<Entry> {
    const entry = this.hit(id)
    return entry === undefined ? this.fetch(id) : Promise.resolve(entry)
  }

  /** The record as it is in the store, kept as a copy when nothing was written meanwhile. */
  fetch(id: string): Promise<Entry> {
    const { epochs, counters } = this.#parts
    const slot = epochs.slotOf(this.#collection, id)
    const before = epochs.observe(slot)
    counters.add('misses')
    const running = this.#loading.get(id)
    // Join a read only while nothing was written since it began: it could
    // otherwise hand out a value older than a write that had already ended.
    if (running && before && running.before?.epoch === before.epoch && running.before.started === before.started) {
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

  async #read(id: string, slot: number, before: Observation | undefined): Promise<Entry> {
    const { store, epochs, enabled, ttlMs } = this.#parts
    const [record] = await store.read([{ collection: this.#collection, id }])
    const value = record === undefined ? undefined : decodeFrozen(record.value)
    const entry: Entry = {
      record,
      value,
      resolved: Promise.resolve(value),
      rank: rank((record ?? publicLabel).sensitivity),
      compartments: (record ?? publicLabel).compartments,
      slot,
      epoch: before?.epoch ?? 0,
      started: before?.started ?? 0,
      deadline: coarseClock.now + ttlMs,
      expiresAt: record?.expiresAt,
    }
    if (enabled && before && epochs.isCurrent(slot, before.epoch, before.started)) this.#entries.set(id, entry)
    return entry
  }
}

interface Load {
  readonly before: Observation | undefined
  readonly entry: Promise<Entry>
}
