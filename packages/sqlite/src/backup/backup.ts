import { requireOptions } from '@skein/memory/runtime'

import { spaceNames } from '../schema/spaces.ts'
import { copyDatabase } from './copy-database.ts'
import { backupKinds } from './backup-options.ts'
import type { BackupOptions, BackupReport } from './backup-options.ts'
import { refuseFaults } from './refuse-corruption.ts'

/**
 * Copies a database as it is at this moment into a single file, while any
 * threads and processes read and write it. Sealed records stay sealed, and a
 * database of an older format keeps that format.
 *
 * The copy is verified before it gets its name: a backup that exists is
 * complete. Until the copy is done, the log of the database can't be truncated,
 * so it grows with what others write.
 *
 * @param from - Path of the database.
 * @param to - Path of the new file; its folder must exist.
 * @throws StoreFormatError when the file is no Skein database; CorruptRecordError
 * when its file is damaged; StoreFullError; StoreError when `to` exists already,
 * or either can't be opened; OptionError; the signal's reason. Then everything
 * is as it was.
 *
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs'
 * import { openMemory } from '@skein/memory'
 * import { backup, restore, sqliteStore } from '@skein/sqlite'
 *
 * const folder = mkdtempSync('/tmp/skein-')
 * const memory = await openMemory({ store: sqliteStore(`${folder}/flock.db`) })
 * await memory.as({ id: 'ann', role: 'sales' }).facts.set('price', 10)
 * const { spaces } = await backup(`${folder}/flock.db`, `${folder}/monday.db`)
 * spaces // => ['default']
 *
 * await restore(`${folder}/monday.db`, `${folder}/again.db`)
 * const again = await openMemory({ store: sqliteStore(`${folder}/again.db`) })
 * await again.as({ id: 'bob', role: 'sales' }).facts.get('price') // => 10
 * await again.close()
 * await memory.close()
 * ```
 */
export async function backup(from: string, to: string, options: BackupOptions = {}): Promise<BackupReport> {
  requireOptions('backup', options, backupKinds)
  return copyDatabase('backup', from, to, options, async (copy) => {
    await refuseFaults(copy, options)
    return copy.change((db) => spaceNames(db, from))
  })
}
