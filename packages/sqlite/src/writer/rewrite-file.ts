import { StoreBusyError } from '@skein/memory'
import { isBundled, ownFile } from '@skein/memory/runtime'

import { askThread } from '../file/ask-thread.ts'
import type { DatabaseFile } from '../file/connection.ts'
import type { Database } from '../file/database.ts'
import { wrapError } from '../file/sqlite-errors.ts'
import { whenUnlocked } from '../file/when-unlocked.ts'
import type { RewriteFailure } from './rewrite-thread.ts'

/** A file of so many pages is rewritten before a thread has started. */
const fewPages = 512

/**
 * Rewrites a whole database, so that the file holds only rows that are there,
 * and truncates the write-ahead log. `secure_delete` alone is not enough: when
 * pages are split and joined, parts of old rows may stay between new ones.
 *
 * Nobody can write meanwhile. Of a large file a thread of its own does it, so that reads, timers and heartbeats continue.
 *
 * @throws StoreBusyError when others write, or a reader needs the log, for longer than `busyTimeoutMs`.
 */
export async function rewriteFile(db: Database, file: DatabaseFile): Promise<void> {
  const pages = db.pragma('page_count', { simple: true }) as number
  // Whoever has bundled this module has no file for the thread.
  if (pages > fewPages && !isBundled(import.meta.url, 'rewrite-file')) return rewriteInThread(file)
  await whenUnlocked(file, () => run(file.path, () => db.exec('VACUUM')))
  await whenUnlocked(file, () => run(file.path, () => truncateLog(db, file.path)))
}

async function rewriteInThread(file: DatabaseFile): Promise<void> {
  const module = ownFile('@skein/sqlite', import.meta.url, 'rewrite-file', './rewrite-thread.js')
  const failure = await askThread<RewriteFailure>(module, file)
  if (failure) throw wrapError('scrub', file.path, Object.assign(new Error(failure.message), { code: failure.code }))
}

function truncateLog(db: Database, path: string): void {
  const [{ busy }] = db.pragma('wal_checkpoint(TRUNCATE)') as [{ readonly busy: number }]
  if (busy === 0) return
  const cause = Object.assign(new Error('The checkpoint is not complete.'), { code: 'SQLITE_BUSY' })
  throw new StoreBusyError(
    'scrub',
    `A reader is using the write-ahead log of ${path}. Try again when it has finished.`,
    { cause },
  )
}

function run(path: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw wrapError('scrub', path, error)
  }
}
