import { existsSync } from 'node:fs'

import { StoreError } from '@skein/memory'
import Database from 'better-sqlite3'

import { wrapError } from './sqlite-errors.ts'
import type { ResolvedSqliteOptions } from './sqlite-options.ts'

/** Where a database is, and how long to wait for locks of other processes. */
export type DatabaseFile = Pick<ResolvedSqliteOptions, 'path' | 'busyTimeoutMs'>

/** What a connection may do: read; write too; make the file too if there is none. */
export type Access = 'read' | 'write' | 'create'

/**
 * Opens a database and has it prepared; closes it again when that fails.
 *
 * @param prepare - Checks the file and sets up the connection.
 * @throws StoreError, and what `prepare` throws, wrapped.
 */
export function connect(
  { path, busyTimeoutMs }: DatabaseFile,
  access: Access,
  prepare: (db: Database.Database) => void,
): Database.Database {
  requireNode()
  let db: Database.Database | undefined
  try {
    // A connection that may only read can't tidy up: it would leave behind the logs that it makes where there are none.
    const readonly = access === 'read' && existsSync(`${path}-wal`)
    db = new Database(path, { timeout: busyTimeoutMs, readonly, fileMustExist: access !== 'create' })
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
export function openAny(file: DatabaseFile): Database.Database {
  return connect(file, 'read', () => {})
}

/**
 * Opens any SQLite database for reading, however damaged it is, and reads as
 * much of it as possible.
 *
 * @throws StoreError
 */
export function openDamaged(file: DatabaseFile): Database.Database {
  return connect(file, 'read', (db) => {
    // With these SQLite reads what is left of a file that was truncated, or whose schema is damaged.
    db.unsafeMode()
    db.pragma('writable_schema = ON')
  })
}

// better-sqlite3 13 crashes without a message on older versions.
function requireNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return
  throw new StoreError('open', `SQLite needs Node 22.18 or newer, this is ${process.versions.node}. Use a newer Node.`)
}
