import { resolve } from 'node:path'

import { CorruptRecordError, MemoryClosedError, StoreError } from '@skein/memory'
import { liveRecord } from '@skein/memory/store'
import type {
  Change,
  ChangePage,
  Commit,
  Corruption,
  Inspector,
  Mutation,
  ObjectStore,
  RecordKey,
  RecordPage,
  RecordQuery,
  SearchAnswer,
  SearchQuery,
  Seq,
  Store,
  StoreDriver,
  StoredRecord,
  StoreTraits,
  Unwatch,
} from '@skein/memory/store'
import type { Database } from 'better-sqlite3'

import { checkSpace } from './verify/verify-space.ts'
import { openConnection } from './file/connection.ts'
import { fileIsGone, watchIdentity } from './file/file-identity.ts'
import { listSpaces } from './schema/list-spaces.ts'
import { findSpace } from './schema/space-schema.ts'
import { SpaceTables } from './records/space-tables.ts'
import { wrapError } from './file/sqlite-errors.ts'
import { resolveSqliteOptions } from './file/sqlite-options.ts'
import type { ResolvedSqliteOptions, SqliteStoreOptions } from './file/sqlite-options.ts'
import { SqliteWriter } from './writer/sqlite-writer.ts'
import type { WriterSpace } from './writer/sqlite-writer.ts'

/**
 * Keeps records in one SQLite file that many threads and processes of a
 * machine share.
 *
 * @param options - The path of the file, or all options.
 * @throws OptionError when an option is out of range. Opening the memory
 * throws StoreFormatError for a file that is not ours, and StoreError for one
 * that can't be opened.
 *
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs'
 * import { openMemory } from '@skein/memory'
 * import { sqliteStore } from '@skein/sqlite'
 *
 * const path = `${mkdtempSync('/tmp/skein-')}/flock.db`
 * await using memory = await openMemory({ store: sqliteStore(path) })
 * const { facts } = memory.as({ id: 'ann', role: 'sales' })
 * const { version } = await facts.set('prospect/42', { name: 'Acme' })
 * version // => 1
 * ```
 */
export function sqliteStore(options: string | SqliteStoreOptions): StoreDriver {
  const given = resolveSqliteOptions(options)
  const resolved = { ...given, path: resolve(given.path) }
  return {
    descriptor: { module: import.meta.url, name: 'sqliteStore', options: resolved },
    open: async (space, role) =>
      role === 'writer' ? new WritingStore(resolved, space) : new ReadingStore(resolved, space),
    spaces: async () => listSpaces(resolved),
  }
}

/** What both roles do: reading, through a connection of this thread's own. */
abstract class SqliteStore implements Store {
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

  now(): number {
    return Date.now()
  }

  async read(keys: readonly RecordKey[]): Promise<(StoredRecord | undefined)[]> {
    return this.guarded('read', (tables) => keys.map((key) => liveRecord(tables.read(key), this.now())))
  }

  async query(query: RecordQuery): Promise<RecordPage> {
    return this.guarded('query', (tables) => tables.query(query, this.now()))
  }

  async search(query: SearchQuery): Promise<SearchAnswer> {
    return this.guarded('search', (tables) => tables.search(query, this.now()))
  }

  async changes(after: Seq, limit: number): Promise<ChangePage> {
    return this.guarded('changes', (tables) => tables.changes(after, limit))
  }

  async *verify(inspector?: Inspector): AsyncGenerator<Corruption, void, undefined> {
    this.assertOpen()
    yield* checkSpace({
      options: this.#options,
      space: this.#space,
      inspector,
      assertOpen: () => this.assertOpen(),
    })
  }

  /** @throws MemoryClosedError; StoreError when the file is no longer where it was. */
  protected assertOpen(): void {
    if (this.isClosed) throw new MemoryClosedError()
  }

  protected guarded<Result>(operation: string, work: (tables: SpaceTables) => Result): Result {
    this.assertOpen()
    try {
      return work(this.tables)
    } catch (error) {
      throw wrapError(operation, this.#options.path, error)
    }
  }

  abstract write(batch: readonly Mutation[]): Promise<Commit>
  abstract watch(listener: (change: Change) => void): Unwatch
  abstract sweep(limit: number): Promise<number>
  abstract scrub(): Promise<void>
  abstract [Symbol.asyncDispose](): Promise<void>
}

class WritingStore extends SqliteStore {
  readonly objects: ObjectStore
  readonly #options: ResolvedSqliteOptions
  readonly #writer: SqliteWriter
  readonly #space: WriterSpace
  readonly #unwatch: Unwatch[] = []

  constructor(options: ResolvedSqliteOptions, space: string) {
    super(options, space)
    this.#options = options
    this.#writer = SqliteWriter.acquire(options)
    try {
      this.#space = this.#writer.space(space)
    } catch (error) {
      this.#writer.release()
      throw error
    }
    const { tables } = this.#space
    this.objects = {
      put: (hash, bytes) => this.#transact(() => tables.putObject(hash, bytes)),
      get: async (hash, range) => this.guarded('objects.get', () => tables.getObject(hash, range)),
      has: async (hash) => this.guarded('objects.has', () => tables.hasObject(hash)),
      delete: (hash) => this.#transact(() => tables.deleteObject(hash)),
    }
  }

  protected get tables(): SpaceTables {
    return this.#space.tables
  }

  protected override assertOpen(): void {
    super.assertOpen()
    this.#writer.assertUsable()
  }

  async write(batch: readonly Mutation[]): Promise<Commit> {
    if (this.isClosed) throw new MemoryClosedError()
    return this.#writer.write(this.#space, batch)
  }

  watch(listener: (change: Change) => void): Unwatch {
    const unwatch = this.#writer.watch(this.#space, listener)
    this.#unwatch.push(unwatch)
    return unwatch
  }

  sweep(limit: number): Promise<number> {
    return this.#transact(() => {
      const { records } = this.#space
      records.trim(this.#options, limit, this.now())
      return records.sweep(limit, this.now())
    })
  }

  async scrub(): Promise<void> {
    while (await this.#transact(() => this.#space.records.mergeTerms()));
    await this.#writer.rewrite()
  }

  async #transact<Result>(work: () => Result): Promise<Result> {
    if (this.isClosed) throw new MemoryClosedError()
    return this.#writer.transact(work)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    for (const unwatch of this.#unwatch.splice(0)) unwatch()
    this.#writer.release()
  }
}

class ReadingStore extends SqliteStore {
  readonly objects: ObjectStore
  readonly #db: Database | undefined
  readonly #tables: SpaceTables | undefined
  readonly #damage: unknown
  readonly #options: ResolvedSqliteOptions
  readonly #isInPlace: () => boolean
  #lookAgainAt = 0

  constructor(options: ResolvedSqliteOptions, space: string) {
    super(options, space)
    this.#options = options
    this.#isInPlace = watchIdentity(options.path)
    try {
      this.#db = openConnection(options, 'reader')
      this.#tables = new SpaceTables(this.#db, requireSpace(this.#db, options.path, space))
    } catch (error) {
      this.#db?.close()
      // A damaged file opens all the same: a check tells what is left of it.
      if (!(error instanceof CorruptRecordError)) throw error
      this.#damage = error
    }
    this.objects = {
      put: () => refuse('objects.put'),
      get: async (hash, range) => this.guarded('objects.get', (tables) => tables.getObject(hash, range)),
      has: async (hash) => this.guarded('objects.has', (tables) => tables.hasObject(hash)),
      delete: () => refuse('objects.delete'),
    }
  }

  protected get tables(): SpaceTables {
    if (!this.#tables) throw this.#damage
    return this.#tables
  }

  /** Looks for its file as often as the thread that writes does. */
  protected override assertOpen(): void {
    super.assertOpen()
    const now = performance.now()
    if (now < this.#lookAgainAt) return
    if (!this.#isInPlace()) throw fileIsGone(this.#options.path)
    this.#lookAgainAt = now + this.#options.pollMs
  }

  write(): Promise<Commit> {
    return refuse('write')
  }

  sweep(): Promise<number> {
    return refuse('sweep')
  }

  scrub(): Promise<void> {
    return refuse('scrub')
  }

  /** Never calls back: the thread that writes tells the others through the epoch table. */
  watch(): Unwatch {
    return () => {}
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true
    this.#db?.close()
  }
}

function requireSpace(db: Database, path: string, space: string): number {
  let number: number | undefined
  try {
    number = findSpace(db, space)
  } catch (error) {
    throw wrapError('open', path, error)
  }
  if (number !== undefined) return number
  throw new StoreError('open', `${path} has no space "${space}". Open it for writing first.`)
}

function refuse(operation: string): Promise<never> {
  return Promise.reject(
    new StoreError(operation, 'This connection only reads. Write through the thread that opened the store.'),
  )
}
