import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'

import { pageOf, searchRows } from './scan-rows.ts'
import type { IndexedRow } from './scan-rows.ts'
import { changeOf, liveRecord } from './store/apply-mutation.ts'
import type { Change, ChangePage } from './store/change.ts'
import type { Collection } from './store/collections.ts'
import type { Corruption } from './store/corruption.ts'
import { decideBatch } from './store/decide-batch.ts'
import type { Put } from './store/decide-batch.ts'
import type { Commit, Mutation } from './store/mutation.ts'
import type { RecordPage, RecordQuery, SearchAnswer, SearchQuery } from './store/query.ts'
import type { RecordKey, Seq, StoredRecord } from './store/record.ts'
import type { Inspector, ObjectStore, Store, StoreTraits, Unwatch } from './store/store.ts'
import { Emitter } from './values/emitter.ts'
import { MemoryClosedError, SkeinError, StoreError } from './values/errors.ts'
import { requireDuration, requireInteger } from './values/require-option.ts'

/** What a space knows about itself: kept with its rows, and written in the same transactions. */
export interface TableState {
  /** The newest position of the feed. */
  readonly seq: Seq
  /** The highest version among the rows ever removed. */
  readonly floor: number
  /** The highest time seen, Unix milliseconds. */
  readonly time: number
  /** Identifies the feed from its first change on. */
  readonly incarnation: string
}

/**
 * One space in a database whose calls are synchronous: what {@link tableStore} needs to
 * make a store of it. All of it is plain storage, without decisions.
 */
export interface StoreTable {
  /** Runs work in one transaction, that no other process's gets between: all that it did is stored, or nothing if it throws. */
  atomically<Result>(work: () => Result): Result
  /** `undefined` in a new space. */
  readState(): TableState | undefined
  writeState(state: TableState): void
  rowOf(key: RecordKey): IndexedRow | undefined
  /** The rows of a collection whose `seq` is beyond a position, in the order of `seq` or against it. */
  rows(collection: Collection, order: RecordQuery['order'], after: Seq): Iterable<IndexedRow>
  /** Stores a row in place of the one with its key. */
  put(row: IndexedRow): void
  /** Up to `limit` rows that are deleted or whose record expires at or before a time. */
  ended(time: number, limit: number): Iterable<IndexedRow>
  remove(key: RecordKey): void
  /** Adds the next change to the feed. */
  append(change: Change): void
  changes(after: Seq, limit: number): readonly Change[]
  /** Drops changes from the feed, up to and including a position. */
  trim(upTo: Seq): void
  /** All rows, in any order. */
  all(): Iterable<IndexedRow>
  readonly objects: {
    /** Does nothing where there are bytes by this name. */
    put(name: string, bytes: Uint8Array): void
    get(name: string): Uint8Array | undefined
    delete(name: string): void
    names(): Iterable<string>
  }
  /** Erases what is left of removed rows, as far as possible. */
  scrub(): void
  close(): void
}

/** Options of {@link tableStore}. */
export interface TableStoreOptions {
  readonly durable: StoreTraits['durable']
  readonly reach: StoreTraits['reach']
  /**
   * Changes that the feed keeps, about.
   *
   * @defaultValue 100_000
   */
  readonly maxChanges?: number
  /**
   * Interval for looking for other processes' changes, in milliseconds.
   *
   * @defaultValue 50
   */
  readonly pollMs?: number
}

/**
 * Makes a store of a {@link StoreTable}, for authors of stores: versions, conditions,
 * times, lists, searches and hints are decided here, so that they mean the same
 * everywhere. Lists and searches look at the rows of a collection one by one.
 *
 * @throws OptionError
 */
export function tableStore(table: StoreTable, options: TableStoreOptions): Store {
  const { durable, reach, maxChanges = 100_000, pollMs = 50 } = options
  requireInteger('maxChanges', maxChanges, 1)
  requireDuration('pollMs', pollMs)
  return new TableStore(table, { durable, reach, fullText: 'native', expiresNatively: false }, maxChanges, pollMs)
}

/** Rows that `verify` checks before it yields to the event loop. */
const verifyBatch = 200

class TableStore implements Store {
  readonly traits: StoreTraits
  readonly objects: ObjectStore
  readonly #table: StoreTable
  readonly #maxChanges: number
  readonly #events = new Emitter<{ change: Change }>()
  readonly #poll: NodeJS.Timeout
  #told: Seq
  #time = 0
  #isClosed = false

  constructor(table: StoreTable, traits: StoreTraits, maxChanges: number, pollMs: number) {
    this.traits = traits
    this.#table = table
    this.#maxChanges = maxChanges
    this.#told = table.atomically(() => this.#state()).seq
    this.objects = this.#guardedObjects(table.objects)
    // Who looks in vain looks again: the listener to the feed tells of an outage.
    this.#poll = setInterval(() => void this.#tell().catch(() => {}), pollMs).unref()
  }

  /** Never runs backwards, not even for the next process. */
  now(): number {
    this.#time = Math.max(this.#time, Date.now())
    return this.#time
  }

  read(keys: readonly RecordKey[]): Promise<(StoredRecord | undefined)[]> {
    return this.#guarded('read', (table) => keys.map((key) => liveRecord(table.rowOf(key), this.now())))
  }

  async write(batch: readonly Mutation[]): Promise<Commit> {
    const commit = await this.#guarded('write', (table) => table.atomically(() => this.#apply(batch)))
    // The write is done, whatever becomes of the hint.
    await this.#tell().catch(() => {})
    return commit
  }

  query(query: RecordQuery): Promise<RecordPage> {
    const { collection, order, after = order === 'oldest' ? 0 : Number.MAX_SAFE_INTEGER } = query
    return this.#guarded('query', (table) => pageOf(table.rows(collection, order, after), query, this.now()))
  }

  search(query: SearchQuery): Promise<SearchAnswer> {
    return this.#guarded('search', (table) => searchRows(table.rows(query.collection, 'oldest', 0), query, this.now()))
  }

  changes(after: Seq, limit: number): Promise<ChangePage> {
    return this.#guarded('changes', (table) => {
      const changes = table.changes(after, limit)
      const { seq: last, incarnation } = this.#state()
      const first = table.changes(0, 1)[0]?.seq ?? last + 1
      return { changes, last, trimmed: after + 1 < first, incarnation }
    })
  }

  watch(listener: (change: Change) => void): Unwatch {
    return this.#events.on('change', listener)
  }

  sweep(limit: number): Promise<number> {
    return this.#guarded('sweep', (table) =>
      table.atomically(() => {
        const ended = Array.from(table.ended(this.now(), limit), ({ record }) => record)
        for (const record of ended) table.remove(record)
        const state = this.#state()
        // No version is used twice, though nothing is left of the row.
        table.writeState({ ...state, floor: Math.max(state.floor, ...ended.map(({ version }) => version)) })
        return ended.length
      }),
    )
  }

  scrub(): Promise<void> {
    return this.#guarded('scrub', (table) => table.scrub())
  }

  async *verify(inspector?: Inspector): AsyncGenerator<Corruption, void, undefined> {
    let checked = 0
    for (const row of await this.#guarded('verify', (table) => table.all())) {
      if ((checked += 1) % verifyBatch === 0) await setImmediate()
      const record = liveRecord(row, this.now())
      const corruption = record && inspector?.record(record)
      if (corruption) yield corruption
    }
    for (const name of this.#table.objects.names()) {
      const bytes = await this.objects.get(name)
      const corruption = bytes && inspector?.object(name, bytes)
      if (corruption) yield corruption
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#poll)
    this.#table.close()
  }

  #state(): TableState {
    const state = this.#table.readState() ?? { seq: 0, floor: 0, time: 0, incarnation: randomUUID() }
    if (state.time === 0) this.#table.writeState({ ...state, time: this.now() })
    this.#time = Math.max(this.#time, state.time)
    return state
  }

  #apply(batch: readonly Mutation[]): Commit {
    const table = this.#table
    const { seq, floor, incarnation } = this.#state()
    const now = this.now()
    const decided = decideBatch(batch, { now, seq, rowOf: (key) => table.rowOf(key), floorOf: () => floor })
    if (!decided.ok) return decided
    for (const put of decided.puts) this.#put(put)
    table.writeState({ seq: decided.seq, floor, time: now, incarnation })
    table.trim(decided.seq - this.#maxChanges)
    return { ok: true, written: decided.written }
  }

  #put({ mutation, row, isChange }: Put): void {
    // A touch changes no content, so the terms stay. A deleted or resealed record is not to be found.
    const { type } = mutation
    const terms = type === 'set' ? mutation.terms : type === 'touch' ? this.#table.rowOf(row.record)?.terms : undefined
    this.#table.put({ ...row, terms })
    if (isChange) this.#table.append(changeOf(row))
  }

  /** Hints, about own changes at once and about others' soon. */
  async #tell(): Promise<void> {
    const { changes } = await this.changes(this.#told, 1_000)
    for (const change of changes) {
      if (change.seq <= this.#told) continue
      this.#told = change.seq
      this.#events.emit('change', change)
    }
  }

  #guardedObjects(objects: StoreTable['objects']): ObjectStore {
    return {
      put: (name, bytes) => this.#guarded('objects.put', () => objects.put(name, bytes)),
      get: (name, range) => this.#guarded('objects.get', () => objects.get(name)?.slice(range?.start, range?.end)),
      has: (name) => this.#guarded('objects.has', () => objects.get(name) !== undefined),
      delete: (name) => this.#guarded('objects.delete', () => objects.delete(name)),
    }
  }

  async #guarded<Result>(operation: string, work: (table: StoreTable) => Result): Promise<Result> {
    if (this.#isClosed) throw new MemoryClosedError()
    try {
      return work(this.#table)
    } catch (cause) {
      if (cause instanceof SkeinError) throw cause
      throw new StoreError(operation, `The database failed in ${operation}: ${String(cause)}`, { cause })
    }
  }
}
