import { statSync, utimesSync } from 'node:fs'

/** How long a process may keep writing while others wait, in milliseconds. */
const quantumMs = 5
/** A rest of this length ends a turn: whoever waited could pass. */
const restMs = 2
/** How old a sign may be, in milliseconds. Waiters renew it with each attempt. */
const freshMs = 50
/** How long those who wait get to pass: more than the first pauses between their attempts. */
const handoverMs = 3

/**
 * Takes turns with other processes that write the same file. SQLite hands its lock to nobody: whoever lets go of it and
 * takes it again at once wins against all who try now and then.
 *
 * A process that waits leaves a sign where others can see it: the access time of the index of the log, which nothing
 * else depends on. A process that has written for a while looks for a sign, and if there is one it pauses.
 */
export class LockTurns {
  readonly #path: string
  #began = 0
  #ended = 0
  #isWaiting = false

  /** @param path - Of the database. */
  constructor(path: string) {
    this.#path = `${path}-shm`
  }

  /** Leaves a sign that this process waits. */
  wait(): void {
    this.#isWaiting = true
    try {
      const now = Date.now() / 1_000
      utimesSync(this.#path, now, now)
    } catch {
      // Without it the lock is still found free sooner or later.
    }
  }

  /** Notes that a transaction ended. */
  ended(): void {
    this.#ended = performance.now()
    if (this.#isWaiting) this.#began = this.#ended
    this.#isWaiting = false
  }

  /** How long to pause before the next transaction, in milliseconds: 0 as long as it is this process's turn. */
  pauseMs(): number {
    const now = performance.now()
    if (now - this.#ended > restMs) {
      this.#began = now
      return 0
    }
    if (now - this.#began < quantumMs) return 0
    this.#began = now
    return this.#isAwaited() ? handoverMs * (1 + Math.random()) : 0
  }

  #isAwaited(): boolean {
    try {
      return Math.abs(Date.now() - statSync(this.#path).atimeMs) < freshMs
    } catch {
      return false
    }
  }
}
