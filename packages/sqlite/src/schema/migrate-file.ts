import { setTimeout as sleep } from 'node:timers/promises'

import { StoreBusyError } from '@skein/memory'
import type { Database } from 'better-sqlite3'

import { connect } from '../file/connection.ts'
import type { DatabaseFile } from '../file/connection.ts'
import { codeOf, isBusy, wrapError } from '../file/sqlite-errors.ts'
import { currentFormat, formatOf, requireReadable } from './database-format.ts'
import { keepCopy } from './keep-copy.ts'
import type { KeptCopy } from './keep-copy.ts'
import { migrate } from './migrations.ts'
import { isReadHere } from './older-readers.ts'

/**
 * Migrates a database of an older format to the current one, in place.
 *
 * 1. It takes the file for itself: nobody else may have it open, since
 *    statements that were made for the old tables could still write to the new ones.
 * 2. It copies the file as it is to a name beside it, and syncs the copy.
 * 3. It migrates in one transaction.
 *
 * A process that is killed or loses its power at any moment leaves the old file
 * or the new one, and after step 2 the copy. When it fails, the file is as it
 * was and the copy is removed. Does nothing if another process was faster.
 *
 * @throws StoreBusyError when others keep the file open for longer than `busyTimeoutMs`; StoreFullError when there is
 * no space for the copy or the migration; CorruptRecordError when the file is too damaged to migrate; StoreError.
 */
export async function migrateFile(file: DatabaseFile): Promise<void> {
  const db = await openAlone(file)
  try {
    requireReadable(db, file.path)
    const from = formatOf(db)
    if (from === currentFormat) return
    const copy = await keepCopy(db, file.path, from)
    migrateTables(db, from, copy)
    process.emitWarning(
      `${file.path} had format ${from} and was migrated to format ${currentFormat}. ` +
        `${copy.path} is the file as it was before; delete it when you no longer need it.`,
      { type: 'SkeinWarning', code: 'SKEIN_MIGRATED' },
    )
  } catch (error) {
    throw wrapError('migrate', file.path, error)
  } finally {
    db.close()
  }
}

function migrateTables(db: Database, from: number, copy: KeptCopy): void {
  let isCommitting = false
  try {
    db.exec('BEGIN EXCLUSIVE')
    migrate(db, from)
    isCommitting = true
    db.exec('COMMIT')
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    // A commit that the disk failed may be there after the next opening.
    if (!(isCommitting && codeOf(error).startsWith('SQLITE_IOERR'))) copy.remove()
    throw error
  }
}

/**
 * Opens a database with a lock that no other connection, of this process or
 * another, can share. It lasts until the connection is closed.
 *
 * In exclusive locking mode a connection to a database with a log needs the
 * lock that every open connection holds a part of.
 * See https://sqlite.org/wal.html#use_of_wal_without_shared_memory
 */
async function openAlone(file: DatabaseFile): Promise<Database> {
  const deadline = performance.now() + file.busyTimeoutMs
  for (;;) {
    try {
      // Without waiting, and closed when it fails: two that wait for each other while they hold their locks never end.
      return connect({ ...file, busyTimeoutMs: 0 }, 'write', lockAlone)
    } catch (error) {
      if (!(error instanceof StoreBusyError && isBusy(error.cause))) throw error
      if (isReadHere(file.path) || performance.now() >= deadline) throw stillOpen(file.path, error)
    }
    await sleep(20 + 30 * Math.random())
  }
}

function lockAlone(db: Database): void {
  db.pragma('locking_mode = EXCLUSIVE')
  db.exec('BEGIN EXCLUSIVE; COMMIT')
  db.pragma('synchronous = FULL')
  db.pragma('secure_delete = ON')
}

function stillOpen(path: string, cause: unknown): StoreBusyError {
  return new StoreBusyError(
    'migrate',
    `${path} has an older format and can only be migrated while nobody else has it open. ` +
      'Close all processes and readers that have it open, then open it again.',
    { cause },
  )
}
