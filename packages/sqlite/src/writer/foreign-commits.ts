import type { FSWatcher } from 'node:fs'

import type { FileGuard } from '../file/file-identity.ts'
import { watchWal } from '../file/wal-signal.ts'
import type { DataVersion } from './data-version.ts'

/** What {@link ForeignCommits} watches, and how. */
export interface ForeignCommitsOptions {
  readonly path: string
  readonly pollMs: number
  readonly file: FileGuard
  readonly dataVersion: DataVersion
  /** Called after others have committed. */
  readonly onCommit: () => void
  /** Called at each poll. */
  readonly onPoll: () => void
}

/** After so many signs of nothing but own commits the log is watched no longer. */
const uselessSigns = 16
/** How long after the last own commit it is watched again, in milliseconds. Until then others are looked for as often. */
const restMs = 2

/**
 * Notices commits of other connections. A write to the write-ahead log wakes it,
 * the data version tells whether another connection committed, and a slow poll
 * is the fallback. The poll also checks that the file is still in its place, and
 * ends with it.
 *
 * Own commits wake it as well, which would cost a process that writes one record after another a sixth of its time.
 * Each of its transactions sees by itself what others have committed, so as long as it writes on, the log is not watched.
 */
export class ForeignCommits {
  readonly #options: ForeignCommitsOptions
  readonly #poll: NodeJS.Timeout
  #walWatch: FSWatcher | undefined
  #seenVersion: unknown
  #useless = 0
  /** Own commits since it was looked last while the log is not watched. */
  #own = 0
  #rest: NodeJS.Timeout | undefined

  constructor(options: ForeignCommitsOptions) {
    this.#options = options
    this.#seenVersion = options.dataVersion.read()
    this.#poll = setInterval(() => {
      options.onPoll()
      if (!options.file.check()) return this.stop()
      // It could not be watched again, perhaps for a moment.
      if (!this.#walWatch && !this.#rest) this.#watch()
      this.#look()
    }, options.pollMs).unref()
    this.#watch()
  }

  /** Called after each own commit. */
  committed(): void {
    this.#own += 1
  }

  stop(): void {
    clearInterval(this.#poll)
    clearInterval(this.#rest)
    this.#walWatch?.close()
  }

  #watch(): void {
    this.#useless = 0
    this.#walWatch = watchWal(this.#options.path, () => {
      this.#useless = this.#look() ? 0 : this.#useless + 1
      if (this.#useless >= uselessSigns) this.#pause()
    })
  }

  /** Watches no longer, until this process has written nothing for a while. */
  #pause(): void {
    this.#walWatch?.close()
    this.#walWatch = undefined
    this.#own = 1
    this.#rest = setInterval(() => {
      if (this.#own === 0) {
        clearInterval(this.#rest)
        this.#rest = undefined
        this.#watch()
      }
      this.#own = 0
      // Also what came before the log was watched again.
      this.#look()
    }, restMs).unref()
  }

  /** Returns whether others have committed. */
  #look(): boolean {
    try {
      const version = this.#options.dataVersion.read()
      if (version === this.#seenVersion) return false
      this.#seenVersion = version
      this.#options.onCommit()
      return true
    } catch {
      // Listeners compare positions themselves on a heartbeat, and the next sign or poll tries again.
      return true
    }
  }
}
