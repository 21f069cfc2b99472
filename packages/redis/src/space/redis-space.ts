import { MemoryClosedError } from '@skein/memory'
import { liveRecord } from '@skein/memory/store'
import type {
  Change,
  ChangePage,
  Commit,
  Corruption,
  DerivedIndex,
  Inspector,
  Mutation,
  NamePage,
  NameQuery,
  ObjectStore,
  PastChange,
  PastPage,
  PastQuery,
  PastVersion,
  RecordKey,
  RecordPage,
  RecordPlace,
  RecordQuery,
  SearchAnswer,
  SearchQuery,
  Seq,
  Store,
  StoredRecord,
  StoreTraits,
  Unwatch,
} from '@skein/memory/store'

import type { RedisClient } from '../connection/redis-client.ts'
import type { EvictionWatch } from '../connection/eviction.ts'
import { wrapError } from '../connection/redis-errors.ts'
import type { Replication } from '../connection/replication.ts'
import { cleanFiles } from '../connection/clean-files.ts'
import type { ServerClock } from '../connection/server-clock.ts'
import type { ServerFacts } from '../connection/server-facts.ts'
import type { ScriptRunner } from '../lua/script-runner.ts'
import type { ChangeSubscription } from './change-subscription.ts'
import { newerChanges } from './newer-changes.ts'
import { readChanges } from './read-changes.ts'
import { searchIndexOf } from './search-index.ts'
import { SpaceObjects } from './space-objects.ts'
import { SpacePages } from './space-pages.ts'
import { SpacePast } from './space-past.ts'
import { SpaceRows } from './space-rows.ts'
import type { SpaceSession } from './space-session.ts'
import { SpaceWriter } from './space-writer.ts'
import { verifySpace } from './verify-space.ts'

/** What a space is opened with. */
export interface SpaceParts {
  readonly client: RedisClient
  readonly scripts: ScriptRunner
  readonly session: SpaceSession
  /** Prefix of all keys of the space. */
  readonly base: string
  /** What messages call the server. */
  readonly where: string
  readonly facts: ServerFacts
  readonly eviction: EvictionWatch
  readonly clock: ServerClock
  /** Of a writer. */
  readonly subscription: ChangeSubscription | undefined
  readonly maxChanges: number
  readonly replication: Replication
  /** Ends everything that was begun for this space. */
  readonly close: () => void
}

/** One open space: routes each call to its part, and wraps what the client throws. */
export class RedisSpace implements Store {
  readonly traits: StoreTraits
  readonly objects: ObjectStore
  readonly #parts: SpaceParts
  readonly #rows: SpaceRows
  readonly #writer: SpaceWriter
  readonly #pages: SpacePages
  readonly #past: SpacePast
  readonly #index: DerivedIndex
  #isClosed = false

  constructor(parts: SpaceParts) {
    const { client, scripts, session, base, facts, maxChanges } = parts
    const durable = facts.evictionPolicy !== undefined ? 'none' : facts.isDurable ? 'full' : 'process'
    this.traits = { durable, reach: 'network', fullText: 'derived', expiresNatively: false }
    this.#parts = parts
    const rows = (this.#rows = new SpaceRows(client, base))
    this.#writer = new SpaceWriter(client, scripts, session, rows, base, maxChanges, facts.maxBulkBytes)
    this.#pages = new SpacePages(scripts, base)
    this.#past = new SpacePast(scripts, base)
    this.#index = searchIndexOf(rows, (after, limit) => this.#changes(after, limit))
    this.objects = this.#guardedObjects(new SpaceObjects(client, scripts, base, facts.maxBulkBytes))
  }

  now(): number {
    return this.#parts.clock.now()
  }

  read(keys: readonly RecordKey[]): Promise<readonly (StoredRecord | undefined)[]> {
    return this.#guarded('read', async () => {
      const rows = await this.#rows.get(keys)
      return rows.map((row) => liveRecord(row, this.now()))
    })
  }

  write(batch: readonly Mutation[]): Promise<Commit> {
    return this.#guarded('write', () => this.#writer.write(batch), true)
  }

  query(query: RecordQuery): Promise<RecordPage> {
    return this.#guarded('query', () => this.#pages.query(query, this.now()))
  }

  list(query: NameQuery): Promise<NamePage> {
    return this.#guarded('list', () => this.#pages.list(query, this.now()))
  }

  search(query: SearchQuery): Promise<SearchAnswer> {
    return this.#guarded('search', async () => {
      const found = await this.#index.search(query, this.now())
      const rows = await this.#rows.get(found.map(({ key }) => key))
      // What was written since the index was read may match no more.
      const records = rows.flatMap((row, at) => {
        const record = liveRecord(row, this.now())
        return record && record.seq === found[at]?.seq ? record : []
      })
      return { records, scores: new Map(found.map(({ seq, score }) => [seq, score])) }
    })
  }

  changes(after: Seq, limit: number): Promise<ChangePage> {
    return this.#guarded('changes', () => this.#changes(after, limit))
  }

  newer(places: readonly RecordPlace[]): Promise<(Seq | undefined)[]> {
    return this.#guarded('newer', () => newerChanges(this.#parts.client, this.#parts.base, places))
  }

  past(keys: readonly RecordKey[]): Promise<readonly (readonly PastVersion[])[]> {
    return this.#guarded('past', () => this.#past.of(keys))
  }

  pastIds(query: PastQuery): Promise<PastPage> {
    return this.#guarded('pastIds', () => this.#past.ids(query))
  }

  changePast(key: RecordKey, changes: readonly PastChange[]): Promise<void> {
    return this.#guarded('changePast', () => this.#past.change(key, changes), true)
  }

  async #changes(after: Seq, limit: number): Promise<ChangePage> {
    const { client, base, session } = this.#parts
    const { state, newest } = session
    const page = await readChanges(client, base, after, limit)
    // Compared with what was known when it was asked: news may come while it is answered.
    if (state && (session.isLost || page.last < newest || page.incarnation !== state.incarnation)) {
      // Something was lost: let all others learn of it, too.
      if ((await session.reopen()) !== state) return readChanges(client, base, after, limit)
    }
    session.heard(page.last)
    return page
  }

  /** A reader never calls back: its thread learns of changes from the epoch table. */
  watch(listener: (change: Change) => void, onLink?: (isUp: boolean) => void): Unwatch {
    return this.#parts.subscription?.watch(listener, onLink) ?? (() => {})
  }

  sweep(limit: number): Promise<number> {
    // Sweeps come now and then: a good time to look.
    void this.#parts.eviction.check()
    return this.#guarded('sweep', () => this.#writer.sweep(limit), true)
  }

  verify(inspector?: Inspector): AsyncIterable<Corruption> {
    return verifySpace(this.#parts.client, this.#parts.base, () => this.now(), inspector)
  }

  /** Has the server write its files anew, without what was overwritten. */
  scrub(): Promise<void> {
    return this.#guarded('scrub', () => cleanFiles(this.#parts.client))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#parts.close()
  }

  #guardedObjects(objects: SpaceObjects): ObjectStore {
    return {
      put: (name, bytes, check) => this.#guarded('objects.put', () => objects.put(name, bytes, check), true),
      get: (name, range) => this.#guarded('objects.get', () => objects.get(name, range)),
      has: (name) => this.#guarded('objects.has', () => objects.has(name)),
      delete: (name) => this.#guarded('objects.delete', () => objects.delete(name), true),
      names: () => this.#guarded('objects.names', () => objects.names()),
    }
  }

  async #guarded<Result>(operation: string, work: () => Promise<Result>, isWrite = false): Promise<Result> {
    if (this.#isClosed) throw new MemoryClosedError()
    try {
      return await (isWrite ? this.#parts.replication.after(operation, work) : work())
    } catch (error) {
      throw wrapError(operation, this.#parts.where, error, isWrite)
    }
  }
}
