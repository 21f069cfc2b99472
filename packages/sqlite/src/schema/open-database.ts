import { connect } from '../file/connection.ts'
import type { DatabaseFile } from '../file/connection.ts'
import type { Database } from '../file/database.ts'
import { requireOneName } from '../file/locate.ts'
import { sharesNoMemory } from '../file/sqlite-errors.ts'
import type { ResolvedSqliteOptions } from '../file/sqlite-options.ts'
import { currentFormat, isEmpty, markFormat, requireCurrent, requireReadable } from './database-format.ts'
import { createSpaceList } from './spaces.ts'

/**
 * Opens one of our databases for reading, of this format or an older one.
 *
 * @throws StoreFormatError, StoreError
 */
export function openForReading(file: DatabaseFile): Database {
  return connect(file, 'read', (db) => requireReadable(db, file.path))
}

/**
 * Opens one of our databases for writing, and sets up an empty one.
 *
 * @throws OlderFormatError when it has to be migrated first; StoreFormatError when it is not ours; StoreError. Then
 * nothing was changed.
 */
export function openForWriting(options: ResolvedSqliteOptions): Database {
  const { path, durability } = options
  requireOneName(path)
  return connect(options, 'create', (db) => {
    const isNew = isEmpty(db)
    if (!isNew) requireCurrent(db, path)
    // A backup that is opened where it is has no log yet; for all others this does nothing.
    if (db.pragma('journal_mode = WAL', { simple: true }) !== 'wal') throw sharesNoMemory(path)
    if (isNew) createDatabase(db)
    // A connection with a log holds a lock until it is closed, and a migration waits for that. Only from here on can
    // the format no longer change.
    requireCurrent(db, path)
    db.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`)
    // Deleted and overwritten content leaves nothing readable in the file.
    db.pragma('secure_delete = ON')
  })
}

function createDatabase(db: Database): void {
  db.transaction(() => {
    // Another process may have set it up in the meantime.
    if (!isEmpty(db)) return
    createSpaceList(db)
    markFormat(db, currentFormat)
  }).immediate()
}
