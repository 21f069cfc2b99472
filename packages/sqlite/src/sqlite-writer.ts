import { randomUUID } from 'node:crypto'
import { watch as watchFile } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { resolve } from 'node:path'

import { changeOf } from '@skein/memory'
import type { Change, Commit, Mutation, Row, Seq, Unwatch } from '@skein/memory'
import type { Database, Statement } from 'better-sqlite3'

import { openConnection } from './connection.ts'
import { prepareSpace } from './schema.ts'
import { SpaceTables } from './space-tables.ts'
import { wrapError } from './sqlite-errors.ts'
import type { ResolvedSqliteOptions } from './sqlite-options.ts'
import { WriteQueue } from './write-queue.ts'

/** A space as the writer holds it. */
export interface WriterSpace {
  readonly tables: SpaceTables
  readonly listeners: Set<(change: Change) => void>
  /** Changes of the transaction under way. */
  readonly fresh: Change[]
  /** The newest change that listeners were told of. */
  told: Seq
}

const tailPage = 1_000

/**
 * The one connection through which a process writes a file, shared by all
 * memories that it opens there.
 *
 * It also tells of other processes' changes: a sign that the write-ahead log
 * was written wakes it, `PRAGMA data_version` says whether it was by somebody
 * else, and a slow poll is the safety net.
 */
export class SqliteWriter {
  static readonly #open = new Map<string, SqliteWriter>()

  /** The process's writer of a file; give it back with {@link SqliteWriter.release}. */
  static acquire(options: ResolvedSqliteOptions): SqliteWriter {
    const path = resolve(options.path)
    const writer = SqliteWriter.#open.get(path) ?? new SqliteWriter(path, options)
    SqliteWriter.#open.set(path, writer)
    writer.#holders += 1
    return writer
  }

  readonly #path: string
  readonly #db: Database
  readonly #queue: WriteQueue
  readonly #spaces = new Map<string, WriterSpace>()
  readonly #poll: NodeJS.Timeout
  readonly #walWatch: FSWatcher | undefined
  #holders = 0
  readonly #dataVersionOf: Statement
  #dataVersion: unknown

  private constructor(path: string, options: ResolvedSqliteOptions) {
    this.#path = path
    this.#db = openConnection(options, 'writer')
    this.#queue = new WriteQueue(this.#db, options.path, {
      committed: () => this.#tellOwn(),
      rolledBack: () => {
        for (const space of this.#spaces.values()) space.fresh.length = 0
      },
    })
    this.#dataVersionOf = this.#db.prepare('PRAGMA data_version').pluck()
    this.#dataVersion = this.#readDataVersion()
    this.#poll = setInterval(() => this.#tail(), options.pollMs).unref()
    this.#walWatch = watchWal(path, () => this.#tail())
  }

  space(name: string): WriterSpace {
    let space = this.#spaces.get(name)
    if (!space) {
      try {
        const tables = new SpaceTables(this.#db, prepareSpace(this.#db, name, randomUUID()))
        space = { tables, listeners: new Set(), fresh: [], told: tables.last() }
      } catch (error) {
        throw wrapError('open', this.#path, error)
      }
      this.#spaces.set(name, space)
    }
    return space
  }

  write(space: WriterSpace, batch: readonly Mutation[]): Promise<Commit> {
    return this.#queue.add(() => {
      const { commit, changed } = space.tables.apply(batch, Date.now())
      space.fresh.push(...changed.map((row: Row) => changeOf(row)))
      return commit
    })
  }

  /** Does other work in the next transaction. */
  transact<Result>(work: () => Result): Promise<Result> {
    return this.#queue.add(work)
  }

  watch(space: WriterSpace, listener: (change: Change) => void): Unwatch {
    space.listeners.add(listener)
    return () => void space.listeners.delete(listener)
  }

  release(): void {
    this.#holders -= 1
    if (this.#holders > 0) return
    SqliteWriter.#open.delete(this.#path)
    clearInterval(this.#poll)
    this.#walWatch?.close()
    this.#queue.flush()
    this.#db.close()
  }

  /** Tells of what the last transaction changed, unless others wrote in between: then the feed knows the order. */
  #tellOwn(): void {
    for (const space of this.#spaces.values()) {
      const fresh = space.fresh.splice(0)
      if (fresh.length === 0) continue
      if (fresh[0]?.seq === space.told + 1) tell(space, fresh)
      else this.#tellFromFeed(space)
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
    for (const listener of space.listeners) listener(change)
  }
}

/** Not everywhere can a file be watched: then the poll alone finds changes. */
function watchWal(path: string, onWrite: () => void): FSWatcher | undefined {
  try {
    const watcher = watchFile(`${path}-wal`, { persistent: false }, onWrite)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}
