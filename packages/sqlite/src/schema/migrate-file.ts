import { setTimeout as sleep } from 'node:timers/promises'

import { StoreBusyError } from '@skein/memory'
import { warn } from '@skein/memory/runtime'

import { connect } from '../file/connection.ts'
import type { DatabaseFile } from '../file/connection.ts'
import type { Database } from '../file/database.ts'
import { codeOf, wrapError } from '../file/sqlite-errors.ts'
import { isLocked } from '../file/when-unlocked.ts'
import { currentFormat, formatOf, requireReadable } from './database-format.ts'
import { keepCopy } from './keep-copy.ts'
import type { KeptCopy } from './keep-copy.ts'
import { migrate } from './migrations.ts'
import { isReadHere } from './older-readers.ts'

/**
 * Migrates a database of an older format to the current one, in place.
 *
 * 1. It locks the file for itself alone. Nobody else may have it open, since
 *    statements that were made for the old tables could still write to the new ones.
 * 2. It copies the file as it is to a name beside it, and syncs the copy.
 * 3. It migrates the tables in one transaction.
 *
 * A process that is killed, or a power cut, leaves either the old file or the
 * new one with its copy. When the migration fails, the file is as it was and the
 * copy is removed. If another process migrates the file first, that is fine too.
 *
 * It waits for others without blocking the thread, but then migrates in one go.
 * Other work of this thread in between might block it to wait for the lock, and
 * with it the migration.
 *
 * @throws StoreBusyError when others keep the file open for longer than `busyTimeoutMs`; StoreFullError when there is
 * no space for the copy or the migration; CorruptRecordError when the file is too damaged to migrate; StoreError.
 */
export async function migrateFile(file: DatabaseFile): Promise<void> {
  const deadline = performance.now() + file.busyTimeoutMs
  for (;;) {
    const alone = openUnlessBusy(file, lockAlone)
    if (alone) {
      migrateAlone(alone, file.path)
      return
    }
    if (isCurrent(file)) return
    if (isReadHere(file.path) || performance.now() >= deadline) throw stillOpen(file.path)
    // At random, so that processes that begin together don't stay in each other's way.
    await sleep(20 + 30 * Math.random())
  }
}

/** Opens a database; `undefined` while others keep it locked. */
function openUnlessBusy(file: DatabaseFile, prepare: (db: Database) => void): Database | undefined {
  try {
    return connect(file, 'write', prepare)
  } catch (error) {
    if (isLocked(error)) return undefined
    throw error
  }
}

/**
 * Takes a lock that excludes every other connection until this one is closed.
 *
 * In exclusive locking mode a connection to a database with a write-ahead log
 * needs the whole lock of which every open connection holds a share.
 * See https://sqlite.org/wal.html#use_of_wal_without_shared_memory
 */
function lockAlone(db: Database): void {
  db.pragma('locking_mode = EXCLUSIVE')
  db.exec('BEGIN EXCLUSIVE; COMMIT')
  db.pragma('synchronous = FULL')
  db.pragma('secure_delete = ON')
}

/** Whether another process has migrated the file; false while that can't be known. */
function isCurrent(file: DatabaseFile): boolean {
  const db = openUnlessBusy(file, (opened) => requireReadable(opened, file.path))
  if (!db) return false
  const format = formatOf(db)
  db.close()
  return format === currentFormat
}

function migrateAlone(db: Database, path: string): void {
  try {
    requireReadable(db, path)
    const from = formatOf(db)
    if (from === currentFormat) return
    const copy = keepCopy(db, path, from)
    migrateTables(db, from, copy)
    warn(
      `${path} had format ${from} and was migrated to format ${currentFormat}. ` +
        `${copy.path} is a copy from before the migration; delete it when you no longer need it.`,
      'SKEIN_MIGRATED',
    )
  } catch (error) {
    throw wrapError('migrate', path, error)
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
    // After a failed sync, nobody knows whether the commit will be there at the next opening.
    if (!(isCommitting && codeOf(error).startsWith('SQLITE_IOERR'))) copy.remove()
    throw error
  }
}

function stillOpen(path: string): StoreBusyError {
  return new StoreBusyError(
    'migrate',
    `${path} has an older format and can only be migrated while no one else has it open. ` +
      'Close the processes that have it open, and its readers in this one, then open it again.',
  )
}
