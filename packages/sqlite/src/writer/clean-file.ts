import { closeSync, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs'

import { openFile } from '../file/database.ts'
import type { Database } from '../file/database.ts'
import type { DatabaseFile } from '../file/connection.ts'
import { cleanPage } from './clean-page.ts'
import type { Pages } from './clean-page.ts'

/** So many pages are looked at while nobody can write. */
const pagesAtOnce = 512
/** How long to wait for a reader before the next attempt, in milliseconds. */
const pauseMs = 5

/** A file that is being cleaned. */
interface Cleaning extends Pages {
  readonly file: number
  /** Holds the lock. */
  readonly db: Database
  /** Moves what is in the log into the file, also while the other one holds the lock. */
  readonly mover: Database
  /** When to give up waiting for readers, by the monotonic clock. */
  until: number
  readonly busyTimeoutMs: number
}

/**
 * Overwrites all that SQLite has left unused in the pages of a database, some hundred pages at a time, and truncates
 * its write-ahead log. Others write between two steps; readers are not disturbed at all.
 *
 * It opens the file beside SQLite, and closing a file gives up all locks that its process has on it, SQLite's too. So this
 * runs in a process of its own that has no other use for the file, and waits without an event loop.
 *
 * @throws what SQLite throws, `SQLITE_BUSY` where a reader keeps the log in use for longer than `busyTimeoutMs`.
 */
export function cleanFile({ path, busyTimeoutMs }: DatabaseFile): void {
  const connections: Database[] = []
  const connect = (): Database => {
    const db = openFile(path, { timeout: busyTimeoutMs, fileMustExist: true })
    connections.push(db)
    db.pragma('trusted_schema = OFF')
    db.pragma('secure_delete = ON')
    return db
  }
  const file = openSync(path, 'r+')
  try {
    const [db, mover] = [connect(), connect()]
    const header = Buffer.alloc(100)
    readSync(file, header, 0, header.length, 0)
    const size = db.pragma('page_size', { simple: true }) as number
    const usable = size - (header[20] ?? 0)
    const cleaning: Cleaning = {
      file,
      db,
      mover,
      size,
      usable,
      busyTimeoutMs,
      until: performance.now() + busyTimeoutMs,
    }
    // What comes later is written by connections that clean as they delete, and takes nothing over but rows that are there.
    const last = db.pragma('page_count', { simple: true }) as number
    for (let from = 1; from <= last; from += pagesAtOnce)
      cleanPages(cleaning, from, Math.min(from + pagesAtOnce - 1, last))
    fdatasyncSync(file)
    waitFor(cleaning, () => isMoved(db, 'TRUNCATE'))
  } finally {
    for (const db of connections) db.close()
    closeSync(file)
  }
}

/** Cleans some pages while nobody can write, once none of them is newer in the log. */
function cleanPages(cleaning: Cleaning, from: number, to: number): void {
  const { db, mover, file, size } = cleaning
  // Most of it without the lock.
  isMoved(mover, 'PASSIVE')
  waitFor(cleaning, () => {
    db.exec('BEGIN IMMEDIATE')
    try {
      if (!isMoved(mover, 'PASSIVE')) return false
      const bytes = Buffer.allocUnsafe((to - from + 1) * size)
      const read = readSync(file, bytes, 0, bytes.length, (from - 1) * size)
      for (let at = 0; at + size <= read; at += size) {
        const page = bytes.subarray(at, at + size)
        const number = from + at / size
        if (cleanPage(page, number, cleaning)) writeSync(file, page, 0, size, (number - 1) * size)
      }
      // Others drop the pages that they have in memory, as they were before, when somebody has written.
      db.pragma(`user_version = ${db.pragma('user_version', { simple: true }) as number}`)
      db.exec('COMMIT')
      return true
    } finally {
      if (db.inTransaction) db.exec('ROLLBACK')
    }
  })
}

/** Tries until it works, or for too long. Each step has its own time. */
function waitFor(cleaning: Cleaning, work: () => boolean): void {
  cleaning.until = performance.now() + cleaning.busyTimeoutMs
  while (!work()) {
    if (performance.now() > cleaning.until) {
      throw Object.assign(new Error('A reader keeps the log in use.'), { code: 'SQLITE_BUSY' })
    }
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
