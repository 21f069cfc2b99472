import { existsSync } from 'node:fs'

import { StoreError } from '@skein/memory'

import { openFile } from './database.ts'
import type { Database } from './database.ts'
import { isBusy, wrapError } from './sqlite-errors.ts'
import type { ResolvedSqliteOptions } from './sqlite-options.ts'
import { whenUnlocked } from './when-unlocked.ts'

/** Where a database is, and how long to wait for locks of other processes. */
export type DatabaseFile = Pick<ResolvedSqliteOptions, 'path' | 'busyTimeoutMs'>

/** What a connection may do: read; write too; make the file too if there is none. */
export type Access = 'read' | 'write' | 'create'

/**
 * Opens a database and has it prepared; closes it again when that fails. Its connection never waits for locks: that
 * would stop the event loop. See `whenUnlocked`.
 *
 * @param prepare - Checks the file and sets up the connection.
 * @throws StoreError, and what `prepare` throws, wrapped.
 */
export function connect(
  { path }: Pick<DatabaseFile, 'path'>,
  access: Access,
  prepare: (db: Database) => void,
): Database {
  requireNode()
  let db: Database | undefined
  try {
    // A connection that may only read can't tidy up: it would leave behind the logs that it makes where there are none.
    const readonly = access === 'read' && existsSync(`${path}-wal`)
    db = openFile(path, { timeout: 0, readonly, fileMustExist: access !== 'create' })
    // A database may come from anybody: functions hidden in its schema must not run.
    db.pragma('trusted_schema = OFF')
    if (access === 'read') db.pragma('query_only = ON')
    prepare(db)
    return db
  } catch (error) {
    db?.close()
    throw wrapError('open', path, error)
  }
}

/**
 * Opens any SQLite database for reading, whichever program it belongs to.
 *
 * @throws StoreError
 */
export function openAny(file: DatabaseFile): Promise<Database> {
  return whenUnlocked(file, () => connect(file, 'read', meetLock))
}

/**
 * Opens any SQLite database for reading, however damaged it is, and reads as
 * much of it as possible.
 *
 * @throws StoreError
 */
export function openDamaged(file: DatabaseFile): Promise<Database> {
  return whenUnlocked(file, () =>
    connect(file, 'read', (db) => {
      // With these SQLite reads what is left of a file that was truncated, or whose schema is damaged.
      db.unsafeMode()
      db.pragma('writable_schema = ON')
      meetLock(db)
    }),
  )
}

/** Reads something, so that a lock is found now; from here on the connection's own share of it keeps others away. */
function meetLock(db: Database): void {
  try {
    db.pragma('user_version')
  } catch (error) {
    // What is damaged shows later.
    if (isBusy(error)) throw error
  }
}

// better-sqlite3 13 crashes without a message on older versions.
function requireNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return
  throw new StoreError(
    'open',
    `The SQLite store needs Node 22.18 or newer, but this is Node ${process.versions.node}. Install a newer Node.`,
  )
}
