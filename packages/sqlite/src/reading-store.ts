import { CorruptRecordError, StoreError } from '@skein/memory'
import { StoreClock } from '@skein/memory/store'
import type { Commit, ObjectStore, Unwatch } from '@skein/memory/store'

import type { Database } from './file/database.ts'
import { fileIsGone, identityCheck } from './file/file-identity.ts'
import { wrapError } from './file/sqlite-errors.ts'
import type { ResolvedSqliteOptions } from './file/sqlite-options.ts'
import { whenUnlocked } from './file/when-unlocked.ts'
import { keptTime } from './records/space-time.ts'
import { SpaceTables } from './records/space-tables.ts'
import { currentFormat, formatOf } from './schema/database-format.ts'
import { noteOlderReader } from './schema/older-readers.ts'
import { openForReading } from './schema/open-database.ts'
import { findSpace } from './schema/spaces.ts'
import { SpaceStore } from './space-store.ts'

/** A space in a thread or program that only reads, through a connection of its own. */
export class ReadingStore extends SpaceStore {
  /** Opens a space as soon as nobody keeps all others out of its file. */
  static open(options: ResolvedSqliteOptions, space: string): Promise<ReadingStore> {
    return whenUnlocked(options, () => new ReadingStore(options, space))
  }

  readonly objects: ObjectStore
  protected readonly clock: StoreClock = new StoreClock()
  readonly #db: Database | undefined
  readonly #tables: SpaceTables | undefined
  readonly #damage: unknown
  readonly #options: ResolvedSqliteOptions
  readonly #isInPlace: () => boolean
  readonly #endNote: (() => void) | undefined
  #nextCheckAt = 0

  private constructor(options: ResolvedSqliteOptions, space: string) {
    super(options, space)
    this.#options = options
    this.#isInPlace = identityCheck(options.path)
    try {
      this.#db = openForReading(options)
      this.#tables = new SpaceTables(this.#db, requireSpace(this.#db, options.path, space))
      this.clock.observe(keptTime(this.#tables.sql))
      if (formatOf(this.#db) < currentFormat) this.#endNote = noteOlderReader(options.path)
    } catch (error) {
      this.#db?.close()
      // A damaged file is opened all the same, so that `verify` can say what is left of it.
      if (!(error instanceof CorruptRecordError)) throw error
      this.#damage = error
    }
    this.objects = {
      put: () => refuse('objects.put'),
      get: (hash, range) => this.guarded('objects.get', ({ objects }) => objects.get(hash, range)),
      has: (hash) => this.guarded('objects.has', ({ objects }) => objects.has(hash)),
      delete: () => refuse('objects.delete'),
      names: () => this.guarded('objects.names', ({ objects }) => objects.names()),
    }
  }

  protected get tables(): SpaceTables {
    if (!this.#tables) throw this.#damage
    return this.#tables
  }

  /** Checks as often as a writer does that the file is still in its place. */
  protected override assertOpen(): void {
    super.assertOpen()
    const now = performance.now()
    if (now < this.#nextCheckAt) return
    if (!this.#isInPlace()) throw fileIsGone(this.#options.path)
    this.#nextCheckAt = now + this.#options.pollMs
    this.#observeTime()
  }

  /** Others may have written what has a later time than this thread has seen. */
  #observeTime(): void {
    try {
      if (this.#tables) this.clock.observe(keptTime(this.#tables.sql))
    } catch {
      // The reading that follows says what is wrong.
    }
  }

  write(): Promise<Commit> {
    return refuse('write')
  }

  changePast(): Promise<void> {
    return refuse('changePast')
  }

  sweep(): Promise<number> {
    return refuse('sweep')
  }

  scrub(): Promise<void> {
    return refuse('scrub')
  }

  /** Never calls back: other threads learn of changes through the epoch table, from the thread that writes. */
  watch(): Unwatch {
    return () => {}
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    this.#endNote?.()
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
    new StoreError(operation, 'This connection is read-only. Write through the thread that opened the store.'),
  )
}
