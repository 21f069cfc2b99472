import { randomUUID } from 'node:crypto'

import { CorruptRecordError } from '@skein/memory'

import { checkTables } from '../verify/verify-space.ts'
import { findFaults } from '../verify/file-faults.ts'
import { copyDatabase } from './copy-database.ts'
import type { BackupOptions, BackupReport, DatabaseCopy } from './copy-database.ts'
import { spaceNames } from '../schema/space-schema.ts'

/** Options of {@link restore}. */
export interface RestoreOptions extends BackupOptions {
  /**
   * Whether a backup is restored in which single records or objects are
   * damaged. They stay as they are: an error for who reads them.
   *
   * @defaultValue false
   */
  readonly keepDamaged?: boolean
}

/**
 * Copies a database as it is at this moment into a single file, while any
 * threads and processes read and write it. What is sealed stays sealed.
 *
 * The copy is checked before it gets its name: a file that is there is a whole
 * one. While it is being made the log of the database can't be cut, so it grows
 * with what others write.
 *
 * @param from - Path of the database.
 * @param to - Path of the new file; its folder must be there.
 * @throws StoreFormatError when the database is not ours; CorruptRecordError
 * when its file is damaged; StoreFullError; StoreError when `to` is there
 * already, or either can't be opened; OptionError; the signal's reason. Then
 * everything is as it was.
 *
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs'
 * import { openMemory } from '@skein/memory'
 * import { backup, restore, sqliteStore } from '@skein/sqlite'
 *
 * const folder = mkdtempSync('/tmp/skein-')
 * await using memory = await openMemory({ store: sqliteStore(`${folder}/flock.db`) })
 * await memory.as({ id: 'ann', role: 'sales' }).facts.set('price', 10)
 * const { spaces } = await backup(`${folder}/flock.db`, `${folder}/monday.db`)
 * spaces // => ['default']
 *
 * await restore(`${folder}/monday.db`, `${folder}/again.db`)
 * await using again = await openMemory({ store: sqliteStore(`${folder}/again.db`) })
 * await again.as({ id: 'bob', role: 'sales' }).facts.get('price') // => 10
 * ```
 */
export function backup(from: string, to: string, options: BackupOptions = {}): Promise<BackupReport> {
  return copyDatabase('backup', from, to, options, async (copy) => {
    await refuseFaults(copy, options)
    return copy.change((db) => spaceNames(db, from))
  })
}

/**
 * Puts a backup in the place of a database, or where there is none yet.
 *
 * It is checked wholly before: each record, object and position of the feed.
 * Stop what uses the database first: who has it open is refused everything
 * from then on, and must open it again.
 *
 * @param from - Path of the backup.
 * @param to - Path of the database.
 * @throws StoreFormatError when the backup is not ours; CorruptRecordError when
 * it is damaged; otherwise as {@link backup}. Then everything is as it was.
 */
export function restore(from: string, to: string, options: RestoreOptions = {}): Promise<BackupReport> {
  return copyDatabase('restore', from, to, options, async (copy) => {
    await refuseFaults(copy, options)
    const spaces = copy.change((db) => spaceNames(db, from))
    if (!options.keepDamaged) for (const space of spaces) await refuseDamages(copy, space, options)
    copy.change((db) => {
      const restamp = db.prepare('UPDATE spaces SET incarnation = ? WHERE name = ?')
      // Its feed may go on otherwise than the one that others have followed.
      db.transaction(() => spaces.forEach((space) => restamp.run(randomUUID(), space)))()
      db.pragma('journal_mode = WAL')
    })
    return spaces
  })
}

/** @throws CorruptRecordError when SQLite finds fault with the file. */
async function refuseFaults({ from, file }: DatabaseCopy, { signal }: BackupOptions): Promise<void> {
  const [fault] = await findFaults(file, signal)
  if (fault === undefined) return
  throw new CorruptRecordError('check', `${from} is damaged, so it was not copied. SQLite says: ${fault}`)
}

/** @throws CorruptRecordError when anything in a space can't be read as it was written. */
async function refuseDamages({ from, file }: DatabaseCopy, space: string, { signal }: BackupOptions): Promise<void> {
  const assertOpen = (): void => signal?.throwIfAborted()
  for await (const { kind, collection, id, problem } of checkTables({ options: file, space, assertOpen })) {
    const name = kind === 'record' ? `${collection}/${id}` : `${kind} ${id}`
    throw new CorruptRecordError(
      'check',
      `${from} is damaged at ${name} of the space "${space}", so it was not restored. ${problem} ` +
        'Restore another backup, or this one as it is (`keepDamaged`).',
    )
  }
}
