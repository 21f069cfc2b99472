import { setImmediate } from 'node:timers/promises'

import { changeOf, liveRecord } from './store/apply-mutation.ts'
import type { Row } from './store/apply-mutation.ts'
import type { Corruption } from './store/corruption.ts'
import { decideBatch } from './store/decide-batch.ts'
import type { BatchVerdict, Put } from './store/decide-batch.ts'
import { isSealed } from './values/sealed-text.ts'
import { MapSpace, rowKey } from './map-space.ts'
import { MemoryClosedError } from './values/errors.ts'
import { namePageOf, namesToDrop, namesToSweep, pageOf, pastAfter, pastChanged, pastPageOf } from './scan-rows.ts'
import type { Inspector, Store, StoreTraits, Unwatch } from './store/store.ts'
import type { Change, ChangePage } from './store/change.ts'
import type { CheckMutation, Commit, Mutation } from './store/mutation.ts'
import type { NamePage, NameQuery, RecordPage, RecordQuery, SearchAnswer, SearchQuery } from './store/query.ts'
import type { PastChange, PastPage, PastQuery, PastVersion } from './store/past.ts'
import type { RecordKey, RecordPlace, Seq, StoredRecord } from './store/record.ts'
import type { StoreDriver } from './store/store-driver.ts'
import { requireOptions } from './values/require-options.ts'
import type { OptionKinds } from './values/require-options.ts'
import { requireInteger } from './values/require-option.ts'

/** Options of {@link mapStore}. */
export interface MapStoreOptions {
  /**
   * Changes kept in the feed of a space, and up to 1 % more. Older ones are trimmed.
   *
   * @defaultValue 100_000
   */
  readonly maxChanges?: number
  /** @internal */
  readonly now?: () => number
  /** @internal Where the rows are kept, by collection, NUL and id: what a test reaches behind the store's back. */
  readonly rows?: (space: string) => Map<string, Row>
}

const kinds: OptionKinds<MapStoreOptions> = { maxChanges: 'any', now: 'function', rows: 'function' }

/**
 * Stores records in the memory of this process, for tests and for flocks whose
 * memory may end with the process.
 *
 * All memories opened with the same driver share its spaces. Worker threads reach
 * the records through the thread that created the driver.
 *
 * @example
 * ```ts
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const ann = memory.as({ id: 'ann', role: 'research' })
 * await ann.facts.set('greeting', 'hello')
 * await ann.facts.get('greeting') // => 'hello'
 * await memory.close()
 * ```
 */
export function mapStore(options: MapStoreOptions = {}): StoreDriver {
  requireOptions('mapStore', options, kinds)
  const { maxChanges = 100_000 } = options
  requireInteger('maxChanges', maxChanges, 1)
  const spaces = new Map<string, MapSpace>()
  return {
    open: (space) => {
      const found = spaces.get(space) ?? new MapSpace(maxChanges, options.now, options.rows?.(space))
      spaces.set(space, found)
      return Promise.resolve(new MapStore(found))
    },
    spaces: () => Promise.resolve([...spaces.keys()].toSorted()),
  }
}

/** Records that `verify` checks before it yields to the event loop. */
const verifyBatch = 200

const traits: StoreTraits = { durable: 'none', reach: 'process', fullText: 'native', expiresNatively: false }

class MapStore implements Store {
  readonly traits = traits
  readonly #opened: MapSpace
  #isClosed = false
  readonly #unwatch: Unwatch[] = []

  constructor(space: MapSpace) {
    this.#opened = space
  }

  get #space(): MapSpace {
    if (this.#isClosed) throw new MemoryClosedError()
    return this.#opened
  }

  now(): number {
    return this.#opened.clock.now()
  }

  async read(keys: readonly RecordKey[]): Promise<(StoredRecord | undefined)[]> {
    const now = this.now()
    return keys.map((key) => liveRecord(this.#space.rows.get(rowKey(key)), now))
  }

  async write(batch: readonly Mutation[]): Promise<Commit> {
    const decided = this.#decide(batch)
    if (!decided.ok) return decided
    for (const put of decided.puts) this.#put(put)
    const { rows, bytes } = this.#space
    for (const name of namesToDrop(decided.puts, () => rows.values(), this.now())) bytes.delete(name)
    return { ok: true, written: decided.written }
  }

  #decide(batch: readonly Mutation[]): BatchVerdict {
    const { rows, bytes, floors, seq } = this.#space
    return decideBatch(batch, {
      now: this.now(),
      seq,
      rowOf: (key) => rows.get(rowKey(key)),
      hasBytes: (name) => bytes.has(name),
      floorOf: (collection) => floors.get(collection) ?? 0,
      rowsAfter: (_, after) => this.#writtenAfter(after),
    })
  }

  /** The rows that changed after a position; all where the feed no longer reaches back to it. */
  *#writtenAfter(after: Seq): Generator<Row> {
    const { feed, rows, seq } = this.#space
    if ((feed[0]?.seq ?? seq + 1) > after + 1) yield* rows.values()
    for (let at = feed.length - 1; at >= 0 && (feed[at] as Change).seq > after; at -= 1) {
      const row = rows.get(rowKey(feed[at] as Change))
      if (row) yield row
    }
  }

  #put({ mutation, row, isChange, past }: Put): void {
    const space = this.#space
    const key = rowKey(mutation.key)
    space.setPast(key, pastAfter(space.past.get(key) ?? [], past))
    if (isSealed(row.record.value)) space.hasSealed = true
    const replaced = space.hasSealed ? space.rows.get(key)?.record.value : undefined
    space.rows.set(key, row)
    if (mutation.type === 'touch') {
      space.terms.touch(row)
      return
    }
    if (mutation.type === 'withdraw') {
      space.terms.relabel(row)
      return
    }
    const terms = mutation.type === 'set' ? mutation.terms : undefined
    space.terms.put(row, terms)
    if (!isChange) return
    space.seq = row.record.seq
    const change = changeOf(row)
    space.feed.push(change)
    if (isSealed(row.record.value) || (replaced !== undefined && isSealed(replaced))) {
      space.sealedChanges.set(key, change.seq)
    }
    // Trims in batches, because removing elements at the front of an array moves all others.
    const surplus = space.feed.length - space.maxChanges
    if (surplus > space.maxChanges / 100) {
      for (const trimmed of space.feed.splice(0, surplus)) {
        const name = rowKey(trimmed)
        if (space.sealedChanges.get(name) === trimmed.seq) space.sealedChanges.delete(name)
      }
    }
    space.events.emit('change', change)
  }

  async query(query: RecordQuery): Promise<RecordPage> {
    const { order, after = order === 'oldest' ? 0 : Infinity } = query
    const way = order === 'oldest' ? 1 : -1
    const rows = [...this.#space.rows.values()]
      .filter(({ record }) => record.collection === query.collection && way * (record.seq - after) > 0)
      .toSorted((a, b) => way * (a.record.seq - b.record.seq))
    return pageOf(rows, query, this.now())
  }

  async list(query: NameQuery): Promise<NamePage> {
    const rows = [...this.#space.rows.values()].filter(({ record }) => record.collection === query.collection)
    return namePageOf(rows, query, this.now())
  }

  async search(query: SearchQuery): Promise<SearchAnswer> {
    const now = this.now()
    const { terms, rows } = this.#space
    const found = terms.search(query, now)
    const records = found.flatMap(({ key }) => liveRecord(rows.get(rowKey(key)), now) ?? [])
    return { records, scores: new Map(found.map(({ seq, score }) => [seq, score])) }
  }

  async changes(after: Seq, limit: number): Promise<ChangePage> {
    const { feed, seq } = this.#space
    const first = feed[0]?.seq ?? seq + 1
    const changes = feed.slice(Math.max(0, after + 1 - first)).slice(0, limit)
    return { changes, last: seq, trimmed: after + 1 < first }
  }

  async newer(places: readonly RecordPlace[]): Promise<(Seq | undefined)[]> {
    const { sealedChanges } = this.#space
    return places.map((place) => {
      const newest = sealedChanges.get(rowKey(place)) ?? 0
      return newest > place.seq ? newest : undefined
    })
  }

  async past(keys: readonly RecordKey[]): Promise<(readonly PastVersion[])[]> {
    return keys.map((key) => this.#space.past.get(rowKey(key)) ?? [])
  }

  async pastIds(query: PastQuery): Promise<PastPage> {
    const beginning = rowKey({ collection: query.collection, id: '' })
    const keys = [...this.#space.past.keys()].filter((key) => key.startsWith(beginning))
    return pastPageOf(
      keys.map((key) => key.slice(beginning.length)),
      query,
    )
  }

  async changePast(key: RecordKey, changes: readonly PastChange[]): Promise<void> {
    const name = rowKey(key)
    this.#space.setPast(name, pastChanged(this.#space.past.get(name) ?? [], changes))
  }

  watch(listener: (change: Change) => void): Unwatch {
    const unwatch = this.#space.events.on('change', listener)
    this.#unwatch.push(unwatch)
    return unwatch
  }

  async sweep(limit: number): Promise<number> {
    const { rows, terms, floors, bytes } = this.#space
    const now = this.now()
    const expired = [...rows].filter(([, row]) => !liveRecord(row, now)).slice(0, limit)
    for (const [key, { record }] of expired) {
      rows.delete(key)
      terms.remove(record)
      floors.set(record.collection, Math.max(record.version, floors.get(record.collection) ?? 0))
    }
    const swept = expired.map(([, row]) => row)
    const left = { rows: () => rows.values(), objects: { names: () => bytes.keys() } }
    for (const name of namesToSweep(swept, left, now)) bytes.delete(name)
    return expired.length
  }

  /** Does nothing: the garbage collector frees unreferenced content. */
  async scrub(): Promise<void> {}

  /** Reports only what the inspector finds: no other code can reach these records, so they are always intact. */
  async *verify(inspector?: Inspector): AsyncGenerator<Corruption, void, undefined> {
    let checked = 0
    for (const row of this.#space.rows.values()) {
      const record = liveRecord(row, this.now())
      const corruption = record && inspector?.record(record)
      if (corruption) yield corruption
      checked += 1
      if (checked % verifyBatch === 0) await setImmediate()
    }
    for (const { record, deleted } of [...this.#space.past.values()].flat()) {
      const corruption = deleted ? undefined : inspector?.past?.(record)
      if (corruption) yield corruption
    }
    for (const [name, bytes] of this.#space.bytes) {
      const corruption = inspector?.object(name, bytes)
      if (corruption) yield corruption
      await setImmediate()
    }
  }

  readonly objects = {
    put: async (hash: string, bytes: Uint8Array, check?: CheckMutation): Promise<boolean> => {
      if (check && !this.#decide([check]).ok) return false
      this.#space.bytes.set(hash, bytes.slice())
      return true
    },
    get: async (hash: string, range?: { start: number; end: number }): Promise<Uint8Array | undefined> =>
      this.#space.bytes.get(hash)?.slice(range?.start, range?.end),
    has: async (hash: string): Promise<boolean> => this.#space.bytes.has(hash),
    delete: async (hash: string): Promise<void> => void this.#space.bytes.delete(hash),
    names: async (): Promise<readonly string[]> => [...this.#space.bytes.keys()],
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    for (const unwatch of this.#unwatch.splice(0)) unwatch()
  }
}
