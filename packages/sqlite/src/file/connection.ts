import { existsSync } from 'node:fs'

import { StoreError } from '@skein/memory'
import Database from 'better-sqlite3'

import { prepareDatabase, requireFormat } from '../schema/space-schema.ts'
import { wrapError } from './sqlite-errors.ts'
import type { ResolvedSqliteOptions } from './sqlite-options.ts'

/** Where a database is, and how long to wait for who writes there. */
export type DatabaseFile = Pick<ResolvedSqliteOptions, 'path' | 'busyTimeoutMs'>

/**
 * Opens the file and checks that it is ours.
 *
 * @throws StoreFormatError, StoreError
 */
export function openConnection(options: ResolvedSqliteOptions, role: 'writer' | 'reader'): Database.Database {
  const { path, durability } = options
  return connect(options, role, (db) => {
    if (role === 'reader') {
      requireFormat(db, path)
      return
    }
    prepareDatabase(db, path)
    db.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`)
    // Deleted and overwritten content leaves nothing readable in the file.
    db.pragma('secure_delete = ON')
  })
}

/**
 * Opens a file for reading, whoever's it is.
 *
 * @throws StoreError
 */
export function openAny(options: DatabaseFile): Database.Database {
  return connect(options, 'reader', () => {})
}

/**
 * Opens a file for reading, whoever's and however damaged it is: what is
 * written there is read as well as it can be.
 *
 * @throws StoreError
 */
export function openDamaged(options: DatabaseFile): Database.Database {
  return connect(options, 'reader', (db) => {
    // SQLite then reads what is left of a file that was cut off, or whose schema is damaged.
    db.unsafeMode()
    db.pragma('writable_schema = ON')
  })
}

function connect(
  { path, busyTimeoutMs }: DatabaseFile,
  role: 'writer' | 'reader',
  prepare: (db: Database.Database) => void,
): Database.Database {
  requireNode()
  let db: Database.Database | undefined
  try {
    // A connection that may only read can't tidy up: it leaves the logs that it makes where there are none.
    const readonly = role === 'reader' && existsSync(`${path}-wal`)
    db = new Database(path, { timeout: busyTimeoutMs, readonly, fileMustExist: role === 'reader' })
    // A database may come from anybody: functions hidden in its schema must not run.
    db.pragma('trusted_schema = OFF')
    if (role === 'reader') db.pragma('query_only = ON')
    prepare(db)
    return db
  } catch (error) {
    db?.close()
    throw wrapError('open', path, error)
  }
}

// better-sqlite3 13 crashes without a message on older versions.
function requireNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return
  throw new StoreError('open', `SQLite needs Node 22.18 or newer, this is ${process.versions.node}. Use a newer Node.`)
}
