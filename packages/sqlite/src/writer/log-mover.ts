import { isBundled } from '@skein/memory/runtime'

import type { Database, Statement } from '../file/database.ts'
import { LogThread } from './log-thread.ts'
import type { LogInThread } from './log-thread.ts'

/** A log of so many pages is moved into the file. */
const fullLog = 2_000
/** How many pages are few enough to be moved here, while the event loop waits. */
const fewPages = 64
/** How often the thread moves what was written meanwhile, until only few pages are left. */
const mostRounds = 4
/** A file gets a thread once so many pages were written: for fewer, starting one costs more than it saves. */
const pagesBeforeThread = 4_000
/** The length of the log is read after so many commits, which takes 2 µs. */
const commitsPerLook = 8
/** While there is a thread, SQLite moves pages itself only in a log that has become as long as this. */
const longestLog = 6_000
/** What SQLite does by itself, see https://sqlite.org/pragma.html#pragma_wal_autocheckpoint */
const byItself = 1_000

/** What SQLite says of the log: how many pages it has, and how many of them are in the file. */
type Log = readonly [busy: number, pages: number, moved: number]

/**
 * Moves what was committed from the write-ahead log into the file, which SQLite calls a checkpoint. Left alone, SQLite
 * does so within a commit, while the event loop stands still: half the time of a lone write, on average. A thread of its
 * own does it here, while others write. What they have written meanwhile is moved at once by the connection that
 * writes, so that the next write begins the log anew.
 */
export class LogMover implements AsyncDisposable {
  readonly #db: Database
  readonly #path: string
  readonly #look: Statement
  readonly #move: Statement
  #inThread: LogInThread | undefined
  #canStart = !isBundled(import.meta.url, 'log-mover')
  #isReady = false
  #isMoving = false
  /** Whether hardly anything was left in the log when it was last moved, so that the next writes begin it anew. */
  #isToBeginAnew = false
  #limit = byItself
  #untilLook = commitsPerLook
  /** How long the log was at the last look, and when the thread was asked last. */
  #seen = 0
  #askedAt = 0
  /** How often the thread has moved pages since the log was full. */
  #rounds = 0
  /** Pages that were written since the writer was opened. */
  #written = 0

  /** @param db - The connection that writes. */
  constructor(db: Database, path: string) {
    this.#db = db
    this.#path = path
    this.#look = db.prepare('PRAGMA wal_checkpoint(NOOP)').raw(true)
    this.#move = db.prepare('PRAGMA wal_checkpoint(PASSIVE)').raw(true)
  }

  /** Called after each commit. Must not throw. */
  committed(): void {
    this.#untilLook -= 1
    if (this.#untilLook > 0) return
    this.#untilLook = commitsPerLook
    try {
      this.#lookAt(this.#look.get() as Log)
    } catch {
      // The commit has happened all the same.
    }
  }

  #lookAt([, pages, moved]: Log): void {
    const isAnew = pages < this.#seen
    this.#written += isAnew ? pages : pages - this.#seen
    this.#seen = pages
    if (isAnew) this.#askedAt = 0
    const isHeld = this.#isToBeginAnew && !isAnew
    this.#isToBeginAnew = false
    if (this.#written < pagesBeforeThread || this.#isMoving) return
    if (this.#canStart) this.#start()
    if (isHeld) return this.#beginAnew(pages)
    // Where a reader keeps pages in the log, it is tried again after as many more.
    if (this.#isReady && pages - Math.max(moved, this.#askedAt) >= fullLog) {
      this.#rounds = 0
      this.#ask(pages)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#canStart = false
    await this.#inThread?.close()
  }

  #start(): void {
    this.#canStart = false
    try {
      this.#inThread = LogThread.open(this.#path, { answered: () => this.#answered(), failed: () => this.#failed() })
    } catch {
      this.#failed()
    }
  }

  /** SQLite moves the pages itself again. */
  #failed(): void {
    this.#isReady = false
    this.#isMoving = false
    this.#setLimit(byItself)
  }

  #ask(pages: number): void {
    this.#isMoving = true
    this.#rounds += 1
    this.#askedAt = pages
    this.#inThread?.move()
  }

  /** Where some reader looks at the log at any moment, it is never begun anew, unless writers wait for that. */
  #beginAnew(pages: number): void {
    this.#isMoving = true
    this.#rounds = mostRounds
    this.#askedAt = pages
    this.#inThread?.begin()
  }

  #answered(): void {
    this.#isMoving = false
    if (!this.#db.open) return
    if (!this.#isReady) {
      this.#isReady = true
      this.#setLimit(longestLog)
      return
    }
    try {
      const [, pages, moved] = this.#look.get() as Log
      // A reader keeps most of it in the log for a while. One that looks at what was there a moment ago does not matter.
      if (moved < this.#askedAt - fullLog / 2) return
      if (pages - moved > fewPages && this.#rounds < mostRounds) return this.#ask(pages)
      this.#move.get()
      this.#isToBeginAnew = true
    } catch {
      // A disk that is full, or a lock: what is in the log stays there, and is moved later.
    }
  }

  /** After how many pages in the log SQLite moves them itself, within a commit. */
  #setLimit(pages: number): void {
    if (this.#limit === pages || !this.#db.open) return
    this.#limit = pages
    try {
      this.#db.pragma(`wal_autocheckpoint = ${pages}`)
    } catch {
      // Then SQLite goes on as before.
    }
  }
}
