import { MemoryClosedError } from '@skein/memory'
import { liveRecord } from '@skein/memory/store'
import type {
  Change,
  ChangePage,
  Commit,
  Corruption,
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
  StoreClock,
  StoredRecord,
  StoreTraits,
  Unwatch,
} from '@skein/memory/store'

import { wrapError } from './file/sqlite-errors.ts'
import type { ResolvedSqliteOptions } from './file/sqlite-options.ts'
import { isLocked, whenUnlocked } from './file/when-unlocked.ts'
import type { SpaceTables } from './records/space-tables.ts'
import { verifySpace } from './verify/verify-space.ts'

/** Reads and verifies one space, which both roles do alike. */
export abstract class SpaceStore implements Store {
  readonly traits: StoreTraits
  abstract readonly objects: ObjectStore
  readonly #options: ResolvedSqliteOptions
  readonly #space: string
  protected isClosed = false

  constructor(options: ResolvedSqliteOptions, space: string) {
    const durable = options.durability === 'full' ? 'full' : 'process'
    this.traits = { durable, reach: 'host', fullText: 'native', expiresNatively: false }
    this.#options = options
    this.#space = space
  }

  protected abstract get tables(): SpaceTables
  protected abstract readonly clock: StoreClock

  now(): number {
    return this.clock.now()
  }

  read(keys: readonly RecordKey[]): Promise<(StoredRecord | undefined)[]> {
    return this.guarded('read', (tables) => keys.map((key) => liveRecord(tables.read(key), this.now())))
  }

  query(query: RecordQuery): Promise<RecordPage> {
    return this.guarded('query', (tables) => tables.query(query, this.now()))
  }

  list(query: NameQuery): Promise<NamePage> {
    return this.guarded('list', (tables) => tables.list(query, this.now()))
  }

  search(query: SearchQuery): Promise<SearchAnswer> {
    return this.guarded('search', (tables) => tables.search(query, this.now()))
  }

  changes(after: Seq, limit: number): Promise<ChangePage> {
    return this.guarded('changes', (tables) => tables.changes(after, limit))
  }

  newer(places: readonly RecordPlace[]): Promise<(Seq | undefined)[]> {
    return this.guarded('newer', (tables) => places.map((place) => tables.newer(place)))
  }

  past(keys: readonly RecordKey[]): Promise<(readonly PastVersion[])[]> {
    return this.guarded('past', (tables) => tables.pastOf(keys))
  }

  pastIds(query: PastQuery): Promise<PastPage> {
    return this.guarded('pastIds', ({ past }) => past.ids(query))
  }

  isLocked(): boolean {
    return false
  }

  async *verify(inspector?: Inspector): AsyncGenerator<Corruption, void, undefined> {
    this.assertOpen()
    yield* verifySpace({
      file: this.#options,
      space: this.#space,
      inspector,
      assertOpen: () => this.assertOpen(),
    })
  }

  /** @throws MemoryClosedError; StoreError when the file was removed or replaced. */
  protected assertOpen(): void {
    if (this.isClosed) throw new MemoryClosedError()
  }

  /** Does some reading if the store is open, as soon as nobody keeps all others out, and wraps what SQLite throws. */
  protected async guarded<Result>(operation: string, work: (tables: SpaceTables) => Result): Promise<Result> {
    try {
      return this.#attempt(operation, work)
    } catch (error) {
      // In its normal mode the file is read while others write, but not while one of them recovers its log.
      if (isLocked(error)) return whenUnlocked(this.#options, () => this.#attempt(operation, work))
      throw error
    }
  }

  #attempt<Result>(operation: string, work: (tables: SpaceTables) => Result): Result {
    this.assertOpen()
    try {
      return work(this.tables)
    } catch (error) {
      throw wrapError(operation, this.#options.path, error)
    }
  }

  abstract write(batch: readonly Mutation[]): Promise<Commit>
  abstract changePast(key: RecordKey, changes: readonly PastChange[]): Promise<void>
  abstract watch(listener: (change: Change) => void): Unwatch
  abstract sweep(limit: number): Promise<number>
  abstract scrub(): Promise<void>
  abstract [Symbol.asyncDispose](): Promise<void>
}
