import { StoreBusyError } from '@skein/memory'
import { isBundled, ownFile } from '@skein/memory/runtime'

import { askThread } from '../file/ask-thread.ts'
import type { DatabaseFile } from '../file/connection.ts'
import type { Database } from '../file/database.ts'
import { wrapError } from '../file/sqlite-errors.ts'
import { whenUnlocked } from '../file/when-unlocked.ts'
import type { Scrubbed } from './scrub-thread.ts'

/** By which descriptor the file of a connection was cleaned. It is valid as long as the connection is open. */
const descriptors = new WeakMap<Database, number>()

/** A file of so many pages is rewritten before a thread has started. */
const fewPages = 512

/**
 * Leaves nothing in a database but rows that are there, and truncates the write-ahead log. `secure_delete` alone is
 * not enough: when pages are split and joined, parts of old rows may stay between new ones.
 *
 * A small file is rewritten at once. A thread of its own cleans a large one, step by step, so that others can write
 * meanwhile, see `clean-file.ts`.
 *
 * @throws StoreBusyError when others write, or a reader needs the log, for longer than `busyTimeoutMs`.
 */
export async function scrubFile(db: Database, file: DatabaseFile): Promise<void> {
  const pages = db.pragma('page_count', { simple: true }) as number
  // Whoever has bundled this module has no file for the thread.
  if (pages > fewPages && !isBundled(import.meta.url, 'scrub-file')) return cleanInThread(db, file)
  await whenUnlocked(file, () => run(file.path, () => db.exec('VACUUM')))
  await whenUnlocked(file, () => run(file.path, () => truncateLog(db, file.path)))
}

async function cleanInThread(db: Database, { path, busyTimeoutMs }: DatabaseFile): Promise<void> {
  const module = ownFile('@skein/sqlite', import.meta.url, 'scrub-file', './scrub-thread.js')
  const { descriptor, failure } = await askThread<Scrubbed>(module, {
    path,
    busyTimeoutMs,
    descriptor: descriptors.get(db),
  })
  if (failure) throw wrapError('scrub', path, Object.assign(new Error(failure.message), { code: failure.code }))
  if (descriptor !== undefined) descriptors.set(db, descriptor)
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
