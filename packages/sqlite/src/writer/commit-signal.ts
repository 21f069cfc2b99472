import { signalWal } from '../file/wal-signal.ts'

/** After so long without a commit, in milliseconds, the next one is signalled at once. */
const restMs = 2
/** How long after the last one of a series that is signalled, in milliseconds. */
const delayMs = 1

/**
 * Tells other processes of commits, see {@link signalWal}. In a series of commits, each one wakes them by what it writes
 * to the log, so that they find the one before, and only the last one needs a signal. A signal changes the log's times,
 * which the next commit would bring to the disk: a sixth of the time of a lone write that waits for the disk.
 */
export class CommitSignal {
  /** Those that have yet to signal a last commit. */
  static readonly #waiting = new Set<CommitSignal>()

  static {
    // Nobody may have closed the memory.
    process.on('exit', () => CommitSignal.#waiting.forEach((signal) => signal.flush()))
  }

  readonly #path: string
  #last = -Infinity
  #timer: NodeJS.Timeout | undefined

  /** @param path - Of the database. */
  constructor(path: string) {
    this.#path = path
  }

  /**
   * Called after each commit.
   *
   * @param afterOthers - Whether others have committed since the one before: they may be waiting for an answer.
   */
  committed(afterOthers: boolean): void {
    const now = performance.now()
    const isInSeries = now - this.#last < restMs && !afterOthers
    this.#last = now
    if (!isInSeries) signalWal(this.#path)
    else if (!this.#timer) this.#wait()
  }

  /** Signals what was not signalled yet. */
  flush(): void {
    if (!this.#timer) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    CommitSignal.#waiting.delete(this)
    signalWal(this.#path)
  }

  #wait(): void {
    CommitSignal.#waiting.add(this)
    this.#timer = setTimeout(() => {
      if (performance.now() - this.#last < delayMs) this.#wait()
      else this.flush()
    }, delayMs)
  }
}
