import { randomUUID } from 'node:crypto'
import type { FSWatcher } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { StoreBusyError } from '@skein/memory'
import type { StoreError } from '@skein/memory'
import type { Change, Commit, Mutation, Seq, Unwatch } from '@skein/memory/store'
import type { Database, Statement } from 'better-sqlite3'

import { openConnection } from '../file/connection.ts'
import { fileIsGone, watchIdentity } from '../file/file-identity.ts'
import { RecordWriter } from '../records/record-writer.ts'
import { prepareSpace } from '../schema/space-schema.ts'
import { lastSeq, SpaceTables } from '../records/space-tables.ts'
import { wrapError } from '../file/sqlite-errors.ts'
import type { ResolvedSqliteOptions } from '../file/sqlite-options.ts'
import { signalWal, watchWal } from '../file/wal-signal.ts'
import { WriteQueue } from './write-queue.ts'

/** A space as the writer holds it. */
export interface WriterSpace {
  readonly tables: SpaceTables
  readonly records: RecordWriter
  readonly listeners: Set<(change: Change) => void>
  /** Changes of the transaction under way. */
  readonly fresh: Change[]
  /** The newest change that listeners were told of. */
  told: Seq
}

const tailPage = 1_000

/** After a power cut nobody holds a lease any more: those need not have reached the disk. */
function isLasting(mutation: Mutation): boolean {
  return !(mutation.type === 'touch' || (mutation.type === 'set' && mutation.fleeting))
}

/**
 * The one connection through which a process writes a file, shared by all
 * memories that it opens there.
 *
 * It also tells of other processes' changes: a sign that the write-ahead log
 * was written wakes it, `PRAGMA data_version` says whether it was by somebody
 * else, and a slow poll is the safety net.
 *
 * When its file is removed or replaced, it refuses everything from then on, and
 * the next memory that is opened there gets a new one.
 */
export class SqliteWriter {
  static readonly #open = new Map<string, SqliteWriter>()

  /** The process's writer of a file; give it back with {@link SqliteWriter.release}. */
  static acquire(options: ResolvedSqliteOptions): SqliteWriter {
    const path = resolve(options.path)
    const open = SqliteWriter.#open.get(path)
    open?.checkFile()
    const writer = open?.isUsable ? open : new SqliteWriter(path, options)
    SqliteWriter.#open.set(path, writer)
    writer.#holders += 1
    writer.#raiseDurability(options)
    return writer
  }

  readonly #path: string
  readonly #db: Database
  readonly #queue: WriteQueue
  readonly #spaces = new Map<string, WriterSpace>()
  readonly #poll: NodeJS.Timeout
  readonly #walWatch: FSWatcher | undefined
  readonly #isInPlace: () => boolean
  #lost: StoreError | undefined
  #durability: ResolvedSqliteOptions['durability']
  #holders = 0
  #flushes = true
  readonly #dataVersionOf: Statement
  /** As listeners were told, and as transactions began. */
  #dataVersion: unknown
  #writtenVersion: unknown

  private constructor(path: string, options: ResolvedSqliteOptions) {
    this.#path = path
    this.#db = openConnection(options, 'writer')
    this.#isInPlace = watchIdentity(path)
    this.#durability = options.durability
    this.#queue = new WriteQueue(this.#db, options.path, {
      starting: (lasting) => this.#flushAtCommit(lasting),
      begun: () => {
        this.checkFile()
        this.assertUsable()
        this.#heedOthers()
      },
      committed: () => {
        this.#flushAtCommit(true)
        signalWal(path)
        this.#tellOwn()
      },
      rolledBack: () => {
        this.#flushAtCommit(true)
        for (const { fresh, records } of this.#spaces.values()) {
          fresh.length = 0
          records.forget()
        }
      },
    })
    this.#dataVersionOf = this.#db.prepare('PRAGMA data_version').pluck()
    this.#dataVersion = this.#readDataVersion()
    this.#poll = setInterval(() => {
      this.checkFile()
      if (this.isUsable) this.#tail()
    }, options.pollMs).unref()
    this.#walWatch = watchWal(path, () => this.#tail())
  }

  space(name: string): WriterSpace {
    let space = this.#spaces.get(name)
    if (!space) {
      try {
        const tables = new SpaceTables(this.#db, prepareSpace(this.#db, name, randomUUID()))
        const records = new RecordWriter(tables.sql)
        space = { tables, records, listeners: new Set(), fresh: [], told: lastSeq(tables.sql) }
      } catch (error) {
        throw wrapError('open', this.#path, error)
      }
      this.#spaces.set(name, space)
    }
    return space
  }

  write(space: WriterSpace, batch: readonly Mutation[]): Promise<Commit> {
    return this.#queue.add(() => {
      const { commit, changes } = space.records.apply(batch, Date.now())
      space.fresh.push(...changes)
      return commit
    }, batch.some(isLasting))
  }

  /** Does other work in the next transaction. */
  transact<Result>(work: () => Result): Promise<Result> {
    return this.#queue.add(work)
  }

  /**
   * Writes the whole file anew, so that it holds nothing but what can be read,
   * and cuts the write-ahead log off. (`secure_delete` alone is not enough: when
   * pages are split and joined, pieces of old rows may stay between the new ones.)
   *
   * @throws StoreBusyError when others write, or a reader needs the log, for too long.
   */
  async rewrite(): Promise<void> {
    // What waits to be written would fill the log again at once.
    this.#queue.flush()
    try {
      this.#db.exec('VACUUM')
    } catch (error) {
      throw wrapError('scrub', this.#path, error)
    }
    for (let attempt = 1; ; attempt += 1) {
      const [{ busy }] = this.#checkpoint()
      if (busy === 0) return
      if (attempt === 20)
        throw new StoreBusyError('scrub', `A reader keeps the log of ${this.#path} in use. Try again.`)
      await sleep(50)
    }
  }

  #checkpoint(): [{ readonly busy: number }] {
    try {
      return this.#db.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }]
    } catch (error) {
      throw wrapError('scrub', this.#path, error)
    }
  }

  watch(space: WriterSpace, listener: (change: Change) => void): Unwatch {
    space.listeners.add(listener)
    return () => void space.listeners.delete(listener)
  }

  release(): void {
    this.#holders -= 1
    if (this.#holders > 0) return
    this.#retire()
    this.#queue.flush()
    // SQLite itself takes care not to remove the logs of another file that now has this name.
    this.#db.close()
  }

  /** @throws StoreError when the file was removed or replaced. */
  assertUsable(): void {
    if (this.#lost) throw this.#lost
  }

  get isUsable(): boolean {
    return this.#lost === undefined
  }

  /** Looks whether the file is still there. */
  checkFile(): void {
    if (this.#lost || this.#isInPlace()) return
    this.#lost = fileIsGone(this.#path)
    this.#retire()
  }

  /** Leaves the place to another writer. */
  #retire(): void {
    if (SqliteWriter.#open.get(this.#path) === this) SqliteWriter.#open.delete(this.#path)
    clearInterval(this.#poll)
    this.#walWatch?.close()
  }

  /** The strictest of all holders wins, and stays: what it was promised goes through this connection. */
  #raiseDurability({ durability }: ResolvedSqliteOptions): void {
    if (durability !== 'full' || this.#durability === 'full') return
    this.#db.pragma('synchronous = FULL')
    this.#durability = 'full'
  }

  /** What was known of the tables holds until others write to them, which can't happen from here to the commit. */
  #heedOthers(): void {
    const version = this.#readDataVersion()
    if (version === this.#writtenVersion) return
    this.#writtenVersion = version
    for (const { records } of this.#spaces.values()) records.forget()
  }

  /** Whether commits wait for the disk. One that does takes along all before it. */
  #flushAtCommit(flushes: boolean): void {
    if (this.#durability !== 'full' || this.#flushes === flushes) return
    this.#db.pragma(`synchronous = ${flushes ? 'FULL' : 'NORMAL'}`)
    this.#flushes = flushes
  }

  /** Tells of what the last transaction changed, unless others wrote in between: then the feed knows the order. */
  #tellOwn(): void {
    for (const space of this.#spaces.values()) {
      const fresh = space.fresh.splice(0)
      if (fresh.length === 0) continue
      try {
        if (fresh[0]?.seq === space.told + 1) tell(space, fresh)
        else this.#tellFromFeed(space)
      } catch {
        // The write is on the disk all the same; the next one, or a heartbeat of the listeners, catches up.
      }
    }
  }

  #tail(): void {
    try {
      const version = this.#readDataVersion()
      if (version === this.#dataVersion) return
      this.#dataVersion = version
      for (const space of this.#spaces.values()) this.#tellFromFeed(space)
    } catch {
      // Listeners compare positions themselves, on a heartbeat; the next sign or poll tries again.
    }
  }

  #tellFromFeed(space: WriterSpace): void {
    if (space.listeners.size === 0) return
    for (;;) {
      const { changes, trimmed, last } = space.tables.changes(space.told, tailPage)
      if (trimmed) space.told = last
      else tell(space, changes)
      if (trimmed || changes.length < tailPage) return
    }
  }

  #readDataVersion(): unknown {
    return this.#dataVersionOf.get()
  }
}

function tell(space: WriterSpace, changes: readonly Change[]): void {
  for (const change of changes) {
    space.told = change.seq
    for (const listener of space.listeners) {
      try {
        listener(change)
      } catch (error) {
        // It is told after the commit: its fault must neither undo that nor keep the others from hearing of it.
        process.emitWarning(error instanceof Error ? error : String(error))
      }
    }
  }
}
