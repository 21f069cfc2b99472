import { MemoryClosedError } from '@skein/memory'
import type {
  Change,
  Commit,
  Mutation,
  ObjectStore,
  PastChange,
  RecordKey,
  StoreClock,
  Unwatch,
} from '@skein/memory/store'

import type { ResolvedSqliteOptions } from './file/sqlite-options.ts'
import { whenUnlocked } from './file/when-unlocked.ts'
import type { SpaceTables } from './records/space-tables.ts'
import { OlderFormatError } from './schema/database-format.ts'
import { migrateFile } from './schema/migrate-file.ts'
import { SpaceStore } from './space-store.ts'
import { SqliteWriter } from './writer/sqlite-writer.ts'
import type { WriterSpace } from './writer/writer-space.ts'

/** A space in the process that writes it, through the writer that the process has for the file. */
export class WritingStore extends SpaceStore {
  /** Opens a space, and migrates its file first if that has an older format. */
  static async open(options: ResolvedSqliteOptions, space: string): Promise<WritingStore> {
    for (;;) {
      try {
        return await whenUnlocked(options, () => new WritingStore(options, space))
      } catch (error) {
        if (!(error instanceof OlderFormatError)) throw error
      }
      await migrateFile(options)
    }
  }

  readonly objects: ObjectStore
  readonly #options: ResolvedSqliteOptions
  readonly #writer: SqliteWriter
  readonly #space: WriterSpace
  readonly #unwatch: Unwatch[] = []

  private constructor(options: ResolvedSqliteOptions, space: string) {
    super(options, space)
    this.#options = options
    this.#writer = SqliteWriter.acquire(options)
    try {
      this.#space = this.#writer.space(space)
    } catch (error) {
      // Nothing is queued, so there is nothing to wait for.
      void this.#writer.release()
      throw error
    }
    const { objects } = this.#space.tables
    this.objects = {
      put: (hash, bytes, check) =>
        this.#transact(() => {
          if (check && !this.#space.apply([check], this.now()).ok) return false
          objects.put(hash, bytes)
          return true
        }),
      get: (hash, range) => this.guarded('objects.get', () => objects.get(hash, range)),
      has: (hash) => this.guarded('objects.has', () => objects.has(hash)),
      delete: (hash) => this.#transact(() => objects.delete(hash)),
      names: () => this.guarded('objects.names', () => objects.names()),
    }
  }

  protected get clock(): StoreClock {
    return this.#writer.clock
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

  changePast(key: RecordKey, changes: readonly PastChange[]): Promise<void> {
    return this.#transact(() => this.#space.changePast(key, changes))
  }

  override isLocked(): boolean {
    return this.#writer.isLocked
  }

  watch(listener: (change: Change) => void): Unwatch {
    const unwatch = this.#space.watch(listener)
    this.#unwatch.push(unwatch)
    return unwatch
  }

  sweep(limit: number): Promise<number> {
    return this.#transact(() => this.#space.sweep(this.#options, limit, this.now()))
  }

  scrub(): Promise<void> {
    if (this.isClosed) return Promise.reject(new MemoryClosedError())
    return this.#writer.scrub()
  }

  async #transact<Result>(work: () => Result): Promise<Result> {
    if (this.isClosed) throw new MemoryClosedError()
    return this.#writer.transact(work)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    for (const unwatch of this.#unwatch.splice(0)) unwatch()
    await this.#writer.release()
  }
}
