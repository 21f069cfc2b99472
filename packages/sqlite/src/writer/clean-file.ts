import { fdatasyncSync, readSync, writeSync } from 'node:fs'

import type { ThreadFile } from '../file/ask-thread.ts'
import { openFile } from '../file/database.ts'
import type { Database } from '../file/database.ts'
import { cleanPage } from './clean-page.ts'
import type { Pages } from './clean-page.ts'
import { descriptorOf } from './own-descriptor.ts'

/** So many pages are cleaned while nobody can write. */
const pagesAtOnce = 512
/** A file is looked at so often at most, until nothing is left: what others write meanwhile takes remains along. */
const mostLooks = 100
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

/**
 * When SQLite splits or joins pages, it may write an unclean page under the number of another one. So the file is clean only
 * once all pages are at one moment: whatever is written later comes from clean ones.
 */
function cleanPages(cleaning: Cleaning): void {
  const { mover, file, busyTimeoutMs } = cleaning
  for (let looks = 1; ; looks += 1) {
    const parts = uncleanParts(cleaning)
    if (parts.length === 0) break
    if (looks === mostLooks) throw busyError('Others write faster than the file is cleaned.')
    for (const from of parts) {
      // Most of the work without the lock: the disk takes longest.
      isMoved(mover, 'PASSIVE')
      waitFor(busyTimeoutMs, () => cleanSome(cleaning, from))
      fdatasyncSync(file)
    }
  }
  // For what a thread that was killed has cleaned.
  fdatasyncSync(file)
}

/**
 * Looks at all pages as they are at one moment, while others write: as long as the other connection reads, nobody moves
 * anything newer from the log into the file.
 *
 * @returns the first pages of the parts that need cleaning.
 */
function uncleanParts(cleaning: Cleaning): readonly number[] {
  const { db, mover, busyTimeoutMs } = cleaning
  waitFor(busyTimeoutMs, () => {
    db.exec('BEGIN IMMEDIATE')
    try {
      // A thread that was killed may have cleaned pages that others still have in memory as they were.
      dropCopies(db)
      if (!isMoved(mover, 'PASSIVE')) return false
      mover.exec('BEGIN')
      mover.prepare('SELECT 1 FROM sqlite_schema').get()
      db.exec('COMMIT')
      return true
    } finally {
      if (db.inTransaction) db.exec('ROLLBACK')
    }
  })
  try {
    const last = mover.pragma('page_count', { simple: true }) as number
    const parts = Array.from({ length: Math.ceil(last / pagesAtOnce) }, (_, n) => 1 + n * pagesAtOnce)
    return parts.filter((from) => cleaned(cleaning, from).next().done !== true)
  } finally {
    mover.exec('COMMIT')
  }
}

/** Cleans some pages while nobody can write; returns whether none of them was newer in the log, so that it could. */
function cleanSome(cleaning: Cleaning, from: number): boolean {
  const { db, mover, file, size } = cleaning
  let isFirst = false
  db.exec('BEGIN IMMEDIATE')
  try {
    if (!isMoved(mover, 'PASSIVE')) return false
    for (const { page, number } of cleaned(cleaning, from)) {
      writeSync(file, page, 0, size, (number - 1) * size)
      isFirst ||= number === 1
    }
    if (!isFirst) {
      dropCopies(db)
      db.exec('COMMIT')
    }
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK')
  }
  if (!isFirst) return true
  // This connection has a copy of the first page itself, which it would write again.
  db.pragma('shrink_memory')
  dropCopies(db)
  return true
}

/** Lets all connections drop the pages that they have in memory: they do when somebody has written. */
function dropCopies(db: Database): void {
  db.pragma(`user_version = ${db.pragma('user_version', { simple: true }) as number}`)
}

/** Those of the pages of a part that had to be cleaned, as they should be. */
function* cleaned(cleaning: Cleaning, from: number): Generator<{ page: Uint8Array; number: number }> {
  const { file, size } = cleaning
  const bytes = Buffer.allocUnsafe(pagesAtOnce * size)
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
    if (performance.now() > until) throw busyError('A reader uses the log.')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
  }
}

function busyError(message: string): Error {
  return Object.assign(new Error(message), { code: 'SQLITE_BUSY' })
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
