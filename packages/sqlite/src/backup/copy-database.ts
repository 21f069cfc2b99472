import { existsSync, statSync } from 'node:fs'

import { OptionError, StoreError } from '@skein/memory'

import type { DatabaseFile } from '../file/connection.ts'
import { isSqliteError, openFile } from '../file/database.ts'
import type { Database } from '../file/database.ts'
import { realPath } from '../file/locate.ts'
import { NewFile } from '../file/new-file.ts'
import { wrapError } from '../file/sqlite-errors.ts'
import { resolveSqliteOptions } from '../file/sqlite-options.ts'
import { whenUnlocked } from '../file/when-unlocked.ts'
import { openForReading } from '../schema/open-database.ts'
import type { BackupOptions, BackupReport } from './backup-options.ts'
import { copyPages } from './copy-pages.ts'

/** A copy before it gets its name: a single file, without a log. */
export interface DatabaseCopy {
  /** The path of the original. */
  readonly from: string
  /** The file of the copy. */
  readonly file: DatabaseFile
  /** Changes it over a connection of its own. */
  change<Result>(work: (db: Database) => Result): Result
}

/**
 * Copies a database as it is at this moment, while others read and write it, and
 * publishes the copy. If that fails, nothing is left of the copy.
 *
 * @param finish - Verifies the copy and completes it; resolves to the names of its spaces.
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
  const given = resolveSqliteOptions(from)
  resolveSqliteOptions(to)
  const source = { ...given, path: realPath(given.path) }
  signal?.throwIfAborted()
  if (!existsSync(from)) throw new StoreError(operation, `${from} does not exist. Check its name.`)
  if (isSame(from, to)) throw new OptionError('to', `another file than ${from}`, to)
  const db = await whenUnlocked(source, () => openSnapshot(source, operation))
  try {
    using file = new NewFile(operation, to, from, overwrite)
    try {
      await copyPages(db, file.temporary, options)
    } catch (error) {
      // What a signal or a listener throws is not ours to wrap.
      throw isSqliteError(error) ? wrapError(operation, to, error) : error
    }
    // From here on others can truncate their log again.
    db.close()
    const copy: DatabaseCopy = {
      from,
      file: { path: file.temporary, busyTimeoutMs: source.busyTimeoutMs },
      change: (work) => change(file.temporary, operation, to, work),
    }
    const spaces = await finish(copy)
    signal?.throwIfAborted()
    return { bytes: file.publish(), spaces }
  } finally {
    db.close()
  }
}

/**
 * Opens a database so that all pages are copied as they are now. Without a snapshot each write of others would start
 * the copying again.
 */
function openSnapshot(file: DatabaseFile, operation: string): Database {
  const db = openForReading(file)
  try {
    db.exec('BEGIN')
    db.prepare('SELECT count(*) FROM spaces').get()
    return db
  } catch (error) {
    db.close()
    throw wrapError(operation, file.path, error)
  }
}

function change<Result>(path: string, operation: string, to: string, work: (db: Database) => Result): Result {
  let db: Database | undefined
  try {
    db = openFile(path, { fileMustExist: true })
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
