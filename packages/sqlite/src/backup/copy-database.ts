import { existsSync, statSync } from 'node:fs'

import { OptionError, StoreError } from '@skein/memory'
import Database from 'better-sqlite3'

import { openConnection } from '../file/connection.ts'
import type { DatabaseFile } from '../file/connection.ts'
import { NewFile } from '../file/new-file.ts'
import { wrapError } from '../file/sqlite-errors.ts'
import { resolveSqliteOptions } from '../file/sqlite-options.ts'

/** How far the copying is. */
export interface BackupProgress {
  readonly totalPages: number
  readonly remainingPages: number
}

/** Options of {@link backup}. */
export interface BackupOptions {
  /**
   * Whether a file that is there already is replaced.
   *
   * @defaultValue false
   */
  readonly overwrite?: boolean
  /** Told of each step. */
  readonly onProgress?: (progress: BackupProgress) => void
  readonly signal?: AbortSignal
}

/** What was copied. */
export interface BackupReport {
  /** Size of the new file. */
  readonly bytes: number
  /** Names of the spaces in it. */
  readonly spaces: readonly string[]
}

/** A copy before it gets its name: a single file, without a log. */
export interface DatabaseCopy {
  /** The path of what was copied. */
  readonly from: string
  /** Where the copy is. */
  readonly file: DatabaseFile
  /** Does something to it over a connection of its own. */
  change<Result>(work: (db: Database.Database) => Result): Result
}

/** Pages that are copied before others get their turn. */
const pagesAtOnce = 500

/**
 * Copies a database as it is at this moment, while others read and write it,
 * checks the copy and puts it in its place. If that fails, nothing is left of it.
 *
 * @param finish - Checks the copy and makes it what it is to be; resolves to the names of its spaces.
 * @throws StoreError, OptionError, what `finish` throws, the signal's reason.
 */
export async function copyDatabase(
  operation: string,
  from: string,
  to: string,
  options: BackupOptions,
  finish: (copy: DatabaseCopy) => Promise<readonly string[]>,
): Promise<BackupReport> {
  const { signal, overwrite = false } = options
  const source = resolveSqliteOptions(from)
  resolveSqliteOptions(to)
  signal?.throwIfAborted()
  if (!existsSync(from)) throw new StoreError(operation, `${from} does not exist. Check its name.`)
  if (isSame(from, to)) throw new OptionError('to', `another file than ${from}`, to)
  const db = openConnection(source, 'reader')
  try {
    holdSnapshot(db, operation, from)
    using file = new NewFile(operation, to, from, overwrite)
    try {
      await copyPages(db, file.temporary, options)
    } catch (error) {
      // What comes from a signal or a listener is theirs.
      throw error instanceof Database.SqliteError ? wrapError(operation, to, error) : error
    }
    // Others may cut their log again.
    db.close()
    const copy: DatabaseCopy = {
      from,
      file: { path: file.temporary, busyTimeoutMs: source.busyTimeoutMs },
      change: (work) => change(file.temporary, operation, to, work),
    }
    // One that needs no others beside it, and can be read where nothing may be written.
    copy.change((found) => found.pragma('journal_mode = DELETE'))
    const spaces = await finish(copy)
    signal?.throwIfAborted()
    return { bytes: file.place(), spaces }
  } finally {
    db.close()
  }
}

/** All pages are copied as they are now: without this, each write of others would let the copying begin anew. */
function holdSnapshot(db: Database.Database, operation: string, from: string): void {
  try {
    db.exec('BEGIN')
    db.prepare('SELECT count(*) FROM spaces').get()
  } catch (error) {
    throw wrapError(operation, from, error)
  }
}

async function copyPages(db: Database.Database, to: string, { signal, onProgress }: BackupOptions): Promise<void> {
  const { totalPages } = await db.backup(to, {
    progress: (progress) => {
      signal?.throwIfAborted()
      onProgress?.(progress)
      return pagesAtOnce
    },
  })
  signal?.throwIfAborted()
  onProgress?.({ totalPages, remainingPages: 0 })
}

function change<Result>(path: string, operation: string, to: string, work: (db: Database.Database) => Result): Result {
  let db: Database.Database | undefined
  try {
    db = new Database(path, { fileMustExist: true })
    db.pragma('trusted_schema = OFF')
    return work(db)
  } catch (error) {
    throw wrapError(operation, to, error)
  } finally {
    db?.close()
  }
}

function isSame(from: string, to: string): boolean {
  const [a, b] = [from, to].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }))
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev
}
