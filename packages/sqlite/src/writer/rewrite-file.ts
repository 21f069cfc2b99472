import { StoreBusyError } from '@skein/memory'

import type { DatabaseFile } from '../file/connection.ts'
import type { Database } from '../file/database.ts'
import { wrapError } from '../file/sqlite-errors.ts'
import { whenUnlocked } from '../file/when-unlocked.ts'

/**
 * Rewrites a whole database, so that the file holds only rows that are there,
 * and truncates the write-ahead log. `secure_delete` alone is not enough: when
 * pages are split and joined, parts of old rows may stay between new ones.
 *
 * @throws StoreBusyError when others write, or a reader needs the log, for longer than `busyTimeoutMs`.
 */
export async function rewriteFile(db: Database, file: DatabaseFile): Promise<void> {
  await whenUnlocked(file, () => run(file.path, () => db.exec('VACUUM')))
  await whenUnlocked(file, () => run(file.path, () => truncateLog(db, file.path)))
}

function truncateLog(db: Database, path: string): void {
  const [{ busy }] = db.pragma('wal_checkpoint(TRUNCATE)') as [{ readonly busy: number }]
  if (busy === 0) return
  const cause = Object.assign(new Error('The checkpoint is not complete.'), { code: 'SQLITE_BUSY' })
  throw new StoreBusyError('scrub', `A reader keeps the log of ${path} in use. Try again.`, { cause })
}

function run(path: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw wrapError('scrub', path, error)
  }
}
