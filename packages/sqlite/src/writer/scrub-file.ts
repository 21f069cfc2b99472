import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { StoreBusyError } from '@skein/memory'
import { isBundled, ownFile } from '@skein/memory/runtime'

import type { DatabaseFile } from '../file/connection.ts'
import type { Database } from '../file/database.ts'
import { wrapError } from '../file/sqlite-errors.ts'
import { whenUnlocked } from '../file/when-unlocked.ts'
import type { ScrubFailure } from './scrub-process.ts'

/** A file of so many pages is rewritten before a process has started. */
const fewPages = 512

/**
 * Leaves nothing in a database but rows that are there, and truncates the write-ahead log. `secure_delete` alone is
 * not enough: when pages are split and joined, parts of old rows may stay between new ones.
 *
 * A small file is rewritten at once. A large one is cleaned by a process of its own, step by step, so that others can go
 * on writing, see `clean-file.ts`. Where no process can be started, it is rewritten, too, and writers wait.
 *
 * @throws StoreBusyError when others write, or a reader needs the log, for longer than `busyTimeoutMs`.
 */
export async function scrubFile(db: Database, file: DatabaseFile): Promise<void> {
  const pages = db.pragma('page_count', { simple: true }) as number
  // Whoever has bundled this module has no file for the process.
  if (pages > fewPages && !isBundled(import.meta.url, 'scrub-file') && (await cleanInProcess(file))) return
  await whenUnlocked(file, () => run(file.path, () => db.exec('VACUUM')))
  await whenUnlocked(file, () => run(file.path, () => truncateLog(db, file.path)))
}

/** Resolves to whether a process could be started. */
async function cleanInProcess({ path, busyTimeoutMs }: DatabaseFile): Promise<boolean> {
  const module = fileURLToPath(ownFile('@skein/sqlite', import.meta.url, 'scrub-file', './scrub-process.js'))
  const argument = JSON.stringify({ path, busyTimeoutMs } satisfies DatabaseFile)
  const failure = await new Promise<ScrubFailure | 'not started'>((resolve, reject) => {
    try {
      const child = fork(module, [argument], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
      child.once('message', (message) => resolve(message as ScrubFailure))
      child.once('error', () => resolve('not started'))
      // What it has said comes before the end of its channel, not always before its own.
      child.once('disconnect', () => {
        reject(wrapError('scrub', path, new Error(`The process that cleaned ${path} ended without an answer.`)))
      })
    } catch {
      resolve('not started')
    }
  })
  if (failure === 'not started') return false
  if (failure) throw wrapError('scrub', path, Object.assign(new Error(failure.message), { code: failure.code }))
  return true
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
