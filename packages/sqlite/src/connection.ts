import { StoreError } from '@skein/memory'
import Database from 'better-sqlite3'

import { prepareDatabase } from './schema.ts'
import { wrapError } from './sqlite-errors.ts'
import type { ResolvedSqliteOptions } from './sqlite-options.ts'

/**
 * Opens the file and checks that it is ours.
 *
 * @throws StoreFormatError, StoreError
 */
export function openConnection(options: ResolvedSqliteOptions, role: 'writer' | 'reader'): Database.Database {
  requireNode()
  const { path, busyTimeoutMs, durability } = options
  let db: Database.Database | undefined
  try {
    db = new Database(path, { timeout: busyTimeoutMs, readonly: role === 'reader' })
    // A database may come from anybody: functions hidden in its schema must not run.
    db.pragma('trusted_schema = OFF')
    if (role === 'writer') {
      prepareDatabase(db, path)
      db.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`)
      // Deleted and overwritten content leaves nothing readable in the file.
      db.pragma('secure_delete = ON')
    }
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
