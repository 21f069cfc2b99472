import { setTimeout as sleep } from 'node:timers/promises'

import { StoreBusyError } from '@skein/memory'
import type { Database } from 'better-sqlite3'

import { wrapError } from '../file/sqlite-errors.ts'

const maxAttempts = 20
const retryMs = 50

/**
 * Rewrites a whole database, so that the file holds only rows that are there,
 * and truncates the write-ahead log. `secure_delete` alone is not enough: when
 * pages are split and joined, parts of old rows may stay between new ones.
 *
 * @throws StoreBusyError when others write, or a reader needs the log, for too long.
 */
export async function rewriteFile(db: Database, path: string): Promise<void> {
  run(path, () => db.exec('VACUUM'))
  for (let attempt = 1; ; attempt += 1) {
    const [{ busy }] = run(path, () => db.pragma('wal_checkpoint(TRUNCATE)') as [{ readonly busy: number }])
    if (busy === 0) return
    if (attempt === maxAttempts) {
      throw new StoreBusyError('scrub', `A reader keeps the log of ${path} in use. Try again.`)
    }
    await sleep(retryMs)
  }
}

function run<Result>(path: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw wrapError('scrub', path, error)
  }
}
