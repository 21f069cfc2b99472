/**
 * A store for `@skein/memory` in one SQLite file, safe with many threads and
 * processes.
 *
 * @module
 */

// First: it says when Node.js is too old for what follows.
import '@skein/memory'

export { sqliteStore } from './sqlite-store.ts'
export type { SqliteStoreOptions } from './file/sqlite-options.ts'
export { backup } from './backup/backup.ts'
export { restore } from './backup/restore.ts'
export type { BackupOptions, BackupProgress, BackupReport } from './backup/backup-options.ts'
export type { RestoreOptions } from './backup/restore.ts'
