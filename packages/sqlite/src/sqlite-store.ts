import { isBundled } from '@skein/memory/runtime'

import type { StoreDriver } from '@skein/memory/store'

import { realPath } from './file/locate.ts'
import { resolveSqliteOptions } from './file/sqlite-options.ts'
import type { ResolvedSqliteOptions, SqliteStoreOptions } from './file/sqlite-options.ts'
import { ReadingStore } from './reading-store.ts'
import { listSpaces } from './schema/list-spaces.ts'
import { WritingStore } from './writing-store.ts'

/**
 * Keeps records in one SQLite file that many threads and processes of a
 * machine share.
 *
 * Opening a file of an older format for writing migrates it. A copy of it as it
 * was stays beside it, for example `flock.db.format-3`.
 *
 * @param options - The path of the file, or all options.
 * @throws OptionError when an option is out of range. Opening the memory
 * throws StoreFormatError for a file that is no Skein database or of a newer format;
 * StoreBusyError when others have a file open that has to be migrated; and
 * StoreError for a file that can't be opened.
 *
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs'
 * import { openMemory } from '@skein/memory'
 * import { sqliteStore } from '@skein/sqlite'
 *
 * const path = `${mkdtempSync('/tmp/skein-')}/flock.db`
 * const memory = await openMemory({ store: sqliteStore(path) })
 * const { facts } = memory.as({ id: 'ann', role: 'sales' })
 * const { version } = await facts.set('prospect/42', { name: 'Acme' })
 * version // => 1
 * await memory.close()
 * ```
 */
export function sqliteStore(options: string | SqliteStoreOptions): StoreDriver {
  const resolved = resolveSqliteOptions(options)
  const located = (): ResolvedSqliteOptions => ({ ...resolved, path: realPath(resolved.path) })
  return {
    // Bundled with the app, its module is the app: threads then read through the one that opened the memory.
    descriptor: isBundled(import.meta.url, 'sqlite-store')
      ? undefined
      : { module: import.meta.url, name: 'sqliteStore', options: resolved },
    open: async (space, role) =>
      role === 'writer' ? WritingStore.open(located(), space) : ReadingStore.open(located(), space),
    spaces: () => listSpaces(located()),
  }
}
