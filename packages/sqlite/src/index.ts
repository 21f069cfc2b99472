/**
 * A store for `@skein/memory` in one SQLite file, safe with many threads and
 * processes.
 *
 * @module
 */

export { sqliteStore } from './sqlite-store.ts'
export type { SqliteStoreOptions } from './sqlite-options.ts'
