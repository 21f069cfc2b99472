import { requireOptions } from '@skein/memory/runtime'

import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'

import { realPath } from '../file/locate.ts'
import { spaceNames } from '../schema/spaces.ts'
import { copyDatabase } from './copy-database.ts'
import { backupKinds } from './backup-options.ts'
import type { BackupOptions, BackupReport } from './backup-options.ts'
import { exceed, reachedIn } from './exceed-replaced.ts'
import { refuseCorruption, refuseFaults } from './refuse-corruption.ts'

/** Options of {@link restore}. */
export interface RestoreOptions extends BackupOptions {
  /**
   * Whether to restore a backup in which single records or objects are damaged.
   * They stay as they are: reading them is an error.
   *
   * @defaultValue false
   */
  readonly keepDamaged?: boolean
}

/**
 * Restores a backup in place of a database, or to a new path. A backup
 * of an older format keeps that format until it is opened for writing.
 *
 * Before, every record, every object and the whole feed are verified. Stop the agents of the database first: every
 * process that has it open fails from then on, and must open it again. Positions, versions and fences go on above those
 * of the database that is replaced, so that none is used twice.
 *
 * @param from - Path of the backup.
 * @param to - Path of the database.
 * @throws StoreFormatError when the backup is no Skein database; CorruptRecordError when
 * it is damaged; otherwise as `backup`. Then everything is as it was.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises'
 * import { openMemory } from '@skein/memory'
 * import { backup, restore, sqliteStore } from '@skein/sqlite'
 *
 * const folder = await mkdtemp('/tmp/skein-')
 * const memory = await openMemory({ store: sqliteStore(`${folder}/flock.db`) })
 * await memory.as({ id: 'ann', role: 'sales' }).facts.set('price', 10)
 * await backup(`${folder}/flock.db`, `${folder}/monday.db`)
 * await memory.close()
 *
 * await restore(`${folder}/monday.db`, `${folder}/again.db`)
 * const again = await openMemory({ store: sqliteStore(`${folder}/again.db`) })
 * await again.as({ id: 'bob', role: 'sales' }).facts.get('price') // => 10
 * await again.close()
 * ```
 */
export async function restore(from: string, to: string, options: RestoreOptions = {}): Promise<BackupReport> {
  requireOptions('restore', options, { ...backupKinds, keepDamaged: 'boolean' })
  return copyDatabase('restore', from, to, options, async (copy) => {
    await refuseFaults(copy, options)
    const spaces = copy.change((db) => spaceNames(db, from))
    if (!options.keepDamaged) for (const space of spaces) await refuseCorruption(copy, space, options)
    const reached = await reachedIn({ ...copy.file, path: realPath(resolve(to)) }, spaces)
    copy.change((db) => {
      const rename = db.prepare('UPDATE spaces SET incarnation = ? WHERE name = ?')
      // Its feed may continue differently from the one that others have followed.
      db.transaction(() => {
        for (const space of spaces) {
          rename.run(randomUUID(), space)
          exceed(db, space, reached.get(space))
        }
      })()
      db.pragma('journal_mode = WAL')
    })
    return spaces
  })
}
