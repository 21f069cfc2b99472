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

/**
 * Notices commits of other connections. A write to the write-ahead log wakes it,
 * the data version tells whether another connection committed, and a slow poll
 * is the fallback. The poll also checks that the file is still in its place, and
 * ends with it.
 */
export class ForeignCommits {
  readonly #options: ForeignCommitsOptions
  readonly #poll: NodeJS.Timeout
  readonly #walWatch: FSWatcher | undefined
  #seenVersion: unknown

  constructor(options: ForeignCommitsOptions) {
    this.#options = options
    this.#seenVersion = options.dataVersion.read()
    this.#poll = setInterval(() => {
      options.onPoll()
      if (options.file.check()) this.#look()
      else this.stop()
    }, options.pollMs).unref()
    this.#walWatch = watchWal(options.path, () => this.#look())
  }

  stop(): void {
    clearInterval(this.#poll)
    this.#walWatch?.close()
  }

  #look(): void {
    try {
      const version = this.#options.dataVersion.read()
      if (version === this.#seenVersion) return
      this.#seenVersion = version
      this.#options.onCommit()
    } catch {
      // Listeners compare positions themselves on a heartbeat, and the next sign or poll tries again.
    }
  }
}
