import { fdatasyncSync, readSync, writeSync } from 'node:fs'

import type { ThreadFile } from '../file/ask-thread.ts'
import { openFile } from '../file/database.ts'
import type { Database } from '../file/database.ts'
import { cleanPage } from './clean-page.ts'
import type { Pages } from './clean-page.ts'
import { descriptorOf } from './own-descriptor.ts'

/** So many pages are cleaned while nobody can write. */
const pagesAtOnce = 512
/** So many are looked at before, while others do: most need no cleaning. A multiple of the former. */
const pagesSeenAtOnce = 8 * pagesAtOnce
/** How long to wait for a reader before the next attempt, in milliseconds. */
const pauseMs = 5

/** A file that is being cleaned. */
interface Cleaning extends Pages {
  /** SQLite's own descriptor. */
  readonly file: number
  /** Takes the lock. */
  readonly db: Database
  /** Moves what is in the log into the file, also while the other one holds the lock. */
  readonly mover: Database
  readonly busyTimeoutMs: number
}

/**
 * Overwrites all that SQLite has left unused in the pages of a database, some hundred pages at a time, and truncates
 * its write-ahead log. Pages that need it are found while others write, and cleaned between their writes; readers are not
 * disturbed at all. Where SQLite's descriptor can't
 * be found, and where somebody has turned on auto-vacuum, the file is rewritten, and writers wait.
 *
 * It runs in a thread of its own, and waits without an event loop.
 *
 * @returns the descriptor.
 * @throws what SQLite throws, `SQLITE_BUSY` where a reader keeps the log in use for longer than `busyTimeoutMs`.
 */
export function cleanFile({ path, busyTimeoutMs, descriptor }: ThreadFile): number | undefined {
  const connections: Database[] = []
  const connect = (): Database => {
    const db = openFile(path, { timeout: busyTimeoutMs, fileMustExist: true })
    connections.push(db)
    db.pragma('trusted_schema = OFF')
    db.pragma('secure_delete = ON')
    // What it commits may be lost: it is no change.
    db.pragma('synchronous = NORMAL')
    // From here on it has a lock.
    db.pragma('user_version')
    return db
  }
  try {
    const db = connect()
    const mover = connect()
    // With auto-vacuum there are pages that may begin as those of B-trees do.
    const isPlain = db.pragma('auto_vacuum', { simple: true }) === 0
    const file = isPlain ? descriptorOf(path, connect, descriptor) : undefined
    if (file === undefined) db.exec('VACUUM')
    else cleanPages({ file, db, mover, busyTimeoutMs, ...pagesOf(db, file) })
    waitFor(busyTimeoutMs, () => isMoved(db, 'TRUNCATE'))
    return file
  } finally {
    for (const db of connections) db.close()
  }
}

/** From the header of the file, see https://sqlite.org/fileformat2.html#the_database_header */
function pagesOf(db: Database, file: number): Pages {
  const size = db.pragma('page_size', { simple: true }) as number
  const header = Buffer.alloc(100)
  readSync(file, header, 0, header.length, 0)
  return { size, usable: size - header.readUInt8(20) }
}

function cleanPages(cleaning: Cleaning): void {
  const { db, mover, file, busyTimeoutMs } = cleaning
  // Pages that come later are written by connections that clean as they delete, and take over only rows that are there.
  const last = db.pragma('page_count', { simple: true }) as number
  for (let first = 1; first <= last; first += pagesSeenAtOnce) {
    for (const from of uncleanParts(cleaning, first, Math.min(first + pagesSeenAtOnce - 1, last))) {
      const to = Math.min(from + pagesAtOnce - 1, last)
      // Most of the work without the lock: the disk takes longest.
      isMoved(mover, 'PASSIVE')
      waitFor(busyTimeoutMs, () => cleanSome(cleaning, from, to))
      fdatasyncSync(file)
    }
  }
}

/**
 * Looks at pages as they are in the file, while others write: as long as this connection reads, nobody moves anything
 * newer from the log into the file.
 *
 * @returns the first pages of the parts to clean; all of them where newer pages were still in the log.
 */
function uncleanParts(cleaning: Cleaning, first: number, last: number): readonly number[] {
  const { db, mover } = cleaning
  const parts = Array.from({ length: Math.ceil((last - first + 1) / pagesAtOnce) }, (_, n) => first + n * pagesAtOnce)
  db.exec('BEGIN')
  try {
    db.prepare('SELECT 1 FROM sqlite_schema').get()
    if (!isMoved(mover, 'PASSIVE')) return parts
    return parts.filter((from) => {
      return cleaned(cleaning, from, Math.min(from + pagesAtOnce - 1, last)).next().done !== true
    })
  } finally {
    db.exec('COMMIT')
  }
}

/** Cleans some pages while nobody can write; returns whether none of them was newer in the log, so that it could. */
function cleanSome(cleaning: Cleaning, from: number, to: number): boolean {
  const { db, mover, file, size } = cleaning
  db.exec('BEGIN IMMEDIATE')
  try {
    if (!isMoved(mover, 'PASSIVE')) return false
    for (const { page, number } of cleaned(cleaning, from, to)) writeSync(file, page, 0, size, (number - 1) * size)
    // Others drop the pages that they have in memory, as they were before, when somebody has written.
    db.pragma(`user_version = ${db.pragma('user_version', { simple: true }) as number}`)
    db.exec('COMMIT')
    return true
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK')
  }
}

/** Those of some pages that had to be cleaned, as they should be. */
function* cleaned(cleaning: Cleaning, from: number, to: number): Generator<{ page: Uint8Array; number: number }> {
  const { file, size } = cleaning
  const bytes = Buffer.allocUnsafe((to - from + 1) * size)
  const read = readSync(file, bytes, 0, bytes.length, (from - 1) * size)
  for (let at = 0; at + size <= read; at += size) {
    const page = bytes.subarray(at, at + size)
    const number = from + at / size
    if (cleanPage(page, number, cleaning)) yield { page, number }
  }
}

/** Tries until it works, or for too long. */
function waitFor(busyTimeoutMs: number, work: () => boolean): void {
  const until = performance.now() + busyTimeoutMs
  while (!work()) {
    if (performance.now() > until) throw Object.assign(new Error('A reader uses the log.'), { code: 'SQLITE_BUSY' })
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
  }
}

/** Moves what is in the log into the file; returns whether all of it is there now. */
function isMoved(db: Database, mode: 'PASSIVE' | 'TRUNCATE'): boolean {
  const [{ busy, log, checkpointed }] = db.pragma(`wal_checkpoint(${mode})`) as [Moved]
  return busy === 0 && log === checkpointed
}

/** What SQLite says of the log: how many pages it has, and how many of them are in the file. */
interface Moved {
  readonly busy: number
  readonly log: number
  readonly checkpointed: number
}
