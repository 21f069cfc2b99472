import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'

import { allPastOf, namePageOf, namesToDrop, namesToSweep, newestAfter, pageOf } from './scan-rows.ts'
import { pastAfter, pastChanged, pastPageOf, searchRows } from './scan-rows.ts'
import type { IndexedRow } from './search/term-table.ts'
import type { StoreTable, TableState } from './store-table.ts'
import { changeOf, liveRecord } from './store/apply-mutation.ts'
import type { Row } from './store/apply-mutation.ts'
import type { Change, ChangePage } from './store/change.ts'
import { collectionsWith } from './store/collections.ts'
import type { Corruption } from './store/corruption.ts'
import { decideBatch } from './store/decide-batch.ts'
import type { BatchVerdict, Put } from './store/decide-batch.ts'
import type { Commit, Mutation } from './store/mutation.ts'
import type { NamePage, NameQuery, RecordPage, RecordQuery, SearchAnswer, SearchQuery } from './store/query.ts'
import type { PastChange, PastPage, PastQuery, PastVersion } from './store/past.ts'
import type { RecordKey, RecordPlace, Seq, StoredRecord } from './store/record.ts'
import { StoreClock } from './store/store-clock.ts'
import type { Inspector, ObjectStore, Store, StoreTraits, Unwatch } from './store/store.ts'
import { Emitter } from './values/emitter.ts'
import { MemoryClosedError, SkeinError, StoreError } from './values/errors.ts'
import { resolveTableStore } from './table-store-options.ts'
import type { TableStoreOptions } from './table-store-options.ts'

/**
 * Makes a store of a {@link StoreTable}, for authors of stores: versions, conditions,
 * times, lists, searches and hints are decided here, so that they mean the same
 * everywhere. Lists and searches look at the rows of a collection one by one.
 *
 * @throws OptionError
 */
export function tableStore(table: StoreTable, options: TableStoreOptions): Store {
  const { durable, reach, maxChanges, pollMs } = resolveTableStore(options)
  return new TableStore(table, { durable, reach, fullText: 'native', expiresNatively: false }, maxChanges, pollMs)
}

/** Rows that `verify` checks before it yields to the event loop. */
const verifyBatch = 200
const feedPage = 1_000

class TableStore implements Store {
  readonly traits: StoreTraits
  readonly objects: ObjectStore
  readonly #table: StoreTable
  readonly #maxChanges: number
  readonly #events = new Emitter<{ change: Change }>()
  readonly #poll: NodeJS.Timeout
  readonly #clock = new StoreClock()
  #told: Seq
  #keptTime = 0
  #isClosed = false

  constructor(table: StoreTable, traits: StoreTraits, maxChanges: number, pollMs: number) {
    this.traits = traits
    this.#table = table
    this.#maxChanges = maxChanges
    this.#told = table.atomically(() => this.#state()).seq
    this.objects = this.#guardedObjects(table.objects)
    // Who looks in vain looks again.
    this.#poll = setInterval(() => void this.#tell().catch(() => {}), pollMs).unref()
  }

  now(): number {
    return Math.floor(this.#clock.now())
  }

  read(keys: readonly RecordKey[]): Promise<(StoredRecord | undefined)[]> {
    const rowsOf = (table: StoreTable): (IndexedRow | undefined)[] => keys.map((key) => table.rowOf(key))
    return this.#lookedAt('read', rowsOf, (rows, now) => Array.from(rows, (row) => liveRecord(row, now)))
  }

  async write(batch: readonly Mutation[]): Promise<Commit> {
    const commit = await this.#guarded('write', (table) => table.atomically(() => this.#apply(batch)))
    // The write is done, whatever becomes of the hint.
    await this.#tell().catch(() => {})
    return commit
  }

  query(query: RecordQuery): Promise<RecordPage> {
    const { collection, order, after = order === 'oldest' ? 0 : Number.MAX_SAFE_INTEGER } = query
    const rowsOf = (table: StoreTable): Iterable<IndexedRow> => table.rows(collection, order, after)
    return this.#lookedAt('query', rowsOf, (rows, now) => pageOf(rows, query, now))
  }

  list(query: NameQuery): Promise<NamePage> {
    const rowsOf = (table: StoreTable): Iterable<IndexedRow> => table.rows(query.collection, 'oldest', 0)
    return this.#lookedAt('list', rowsOf, (rows, now) => namePageOf(rows, query, now))
  }

  search(query: SearchQuery): Promise<SearchAnswer> {
    const rowsOf = (table: StoreTable): Iterable<IndexedRow> => table.rows(query.collection, 'oldest', 0)
    return this.#lookedAt('search', rowsOf, (rows, now) => searchRows(rows, query, now))
  }

  changes(after: Seq, limit: number): Promise<ChangePage> {
    return this.#guarded('changes', (table) => {
      const changes = table.changes(after, limit)
      const { seq: last, incarnation } = this.#state()
      const first = table.changes(0, 1)[0]?.seq ?? last + 1
      return { changes, last, trimmed: after + 1 < first, incarnation }
    })
  }

  newer(places: readonly RecordPlace[]): Promise<(Seq | undefined)[]> {
    return this.#guarded('newer', (table) => newestAfter(places, (after) => table.changes(after, feedPage)))
  }

  past(keys: readonly RecordKey[]): Promise<(readonly PastVersion[])[]> {
    return this.#guarded('past', (table) => keys.map((key) => table.past.of(key)))
  }

  pastIds(query: PastQuery): Promise<PastPage> {
    return this.#guarded('pastIds', (table) => pastPageOf(table.past.ids(query.collection), query))
  }

  changePast(key: RecordKey, changes: readonly PastChange[]): Promise<void> {
    return this.#guarded('changePast', (table) =>
      table.atomically(() => table.past.put(key, pastChanged(table.past.of(key), changes))),
    )
  }

  watch(listener: (change: Change) => void): Unwatch {
    return this.#events.on('change', listener)
  }

  sweep(limit: number): Promise<number> {
    return this.#guarded('sweep', (table) =>
      table.atomically(() => {
        const ended = [...table.ended(this.now(), limit)]
        for (const { record } of ended) table.remove(record)
        for (const name of namesToSweep(ended, table, this.now())) table.objects.delete(name)
        const floors = { ...this.#state().floors }
        // No version is used twice, though nothing is left of the row.
        for (const { record: one } of ended) floors[one.collection] = Math.max(one.version, floors[one.collection] ?? 0)
        table.writeState({ ...this.#state(), floors })
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
    for (const { record, deleted } of allPastOf(this.#table.past)) {
      const corruption = deleted ? undefined : inspector?.past?.(record)
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
    const known = this.#table.readState()
    if (known) {
      this.#clock.observe(known.time)
      this.#keptTime = known.time
      return known
    }
    const time = this.now()
    // Fences exceed those of a storage that was here before and is lost.
    const floors = Object.fromEntries(collectionsWith('leased').map((collection) => [collection, time]))
    const state = { seq: 0, floors, time, incarnation: randomUUID() }
    this.#table.writeState(state)
    return state
  }

  /**
   * Answers from rows. Where one has expired since the time that is kept with the data, the
   * present time is kept first: nobody may find it alive after the clock was set back.
   */
  #lookedAt<Seen extends IndexedRow | undefined, Answer>(
    operation: string,
    rowsOf: (table: StoreTable) => Iterable<Seen>,
    answerFrom: (rows: Iterable<Seen>, now: number) => Answer,
  ): Promise<Answer> {
    return this.#guarded(operation, (table) => {
      const now = this.now()
      let lastEnd = 0
      const noted = function* (rows: Iterable<Seen>): Generator<Seen> {
        for (const row of rows) {
          const { expiresAt = Infinity } = row?.record ?? {}
          if (expiresAt <= now) lastEnd = Math.max(lastEnd, expiresAt)
          yield row
        }
      }
      const answer = answerFrom(noted(rowsOf(table)), now)
      if (lastEnd > this.#keptTime) {
        table.atomically(() => table.writeState({ ...this.#state(), time: now }))
        this.#keptTime = now
      }
      return answer
    })
  }

  #decide(batch: readonly Mutation[], state: TableState, now: number): BatchVerdict {
    return decideBatch(batch, {
      ...state,
      now,
      rowOf: (key) => this.#table.rowOf(key),
      hasBytes: (name) => this.#table.objects.get(name) !== undefined,
      floorOf: (collection) => state.floors[collection] ?? 0,
      rowsAfter: (collection, after) => this.#table.rows(collection, 'oldest', after),
    })
  }

  #apply(batch: readonly Mutation[]): Commit {
    const table = this.#table
    const [state, now] = [this.#state(), this.now()]
    const decided = this.#decide(batch, state, now)
    if (!decided.ok) return decided
    for (const put of decided.puts) this.#put(put)
    const objects = (): Iterable<Row> => table.rows('objects', 'oldest', 0)
    for (const name of namesToDrop(decided.puts, objects, now)) table.objects.delete(name)
    table.writeState({ ...state, seq: decided.seq, time: now })
    table.trim(decided.seq - this.#maxChanges)
    return { ok: true, written: decided.written }
  }

  #put({ mutation, row, isChange, past }: Put): void {
    const isPastChanged = past.added.length > 0 || past.isErased
    if (isPastChanged) this.#table.past.put(row.record, pastAfter(this.#table.past.of(row.record), past))
    // A touch and a withdrawal change no content, so the terms stay. A deleted or resealed record is not to be found.
    const isKept = mutation.type === 'touch' || mutation.type === 'withdraw'
    const terms = mutation.type === 'set' ? mutation.terms : isKept ? this.#table.rowOf(row.record)?.terms : undefined
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
      put: (name, bytes, check) =>
        this.#guarded('objects.put', (table) =>
          table.atomically(() => {
            if (check && !this.#decide([check], this.#state(), this.now()).ok) return false
            objects.put(name, bytes)
            return true
          }),
        ),
      get: (name, range) => this.#guarded('objects.get', () => objects.get(name)?.slice(range?.start, range?.end)),
      has: (name) => this.#guarded('objects.has', () => objects.get(name) !== undefined),
      delete: (name) => this.#guarded('objects.delete', () => objects.delete(name)),
      names: () => this.#guarded('objects.names', () => [...objects.names()]),
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
