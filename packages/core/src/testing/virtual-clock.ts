import type { Clock } from '../base/clock.ts'

/** A clock that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /**
   * Lets time pass: everything that is due happens in order, each at its time,
   * and what follows from it at once happens before the next, however long the
   * machine takes for it. (Agents that send each other messages without end are
   * left to themselves after a while.)
   */
  advance(ms: number): Promise<void>
  /** Time-outs that wait. */
  readonly pending: number
}

interface Timeout {
  readonly dueAt: number
  readonly callback: () => void
}

/** Turns of the event loop in which messages are delivered before time goes on all the same; each takes some milliseconds. */
const mostTurns = 250

/**
 * Makes a clock for tests: pass it to `createFlock({ memory, clock })`, and
 * `after` transitions, restarts, retries and time-outs happen when you say so.
 * Leases are the store's business and go by the store's clock.
 *
 * @param now - Where it begins, Unix milliseconds.
 */
export function virtualClock(now = 0): VirtualClock {
  let time = now
  const timeouts = new Set<Timeout>()
  const followed: (() => boolean)[] = []
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < mostTurns; turns += 1) {
      await turn()
      if (followed.every((isIdle) => isIdle())) return
    }
  }
  const next = (end: number): Timeout | undefined => {
    let first: Timeout | undefined
    for (const timeout of timeouts)
      if (timeout.dueAt <= end && !(first && first.dueAt <= timeout.dueAt)) first = timeout
    return first
  }
  return {
    now: () => time,
    setTimeout: (callback, ms) => {
      const timeout = { dueAt: time + Math.max(0, ms), callback }
      timeouts.add(timeout)
      return timeout
    },
    clearTimeout: (timeout) => void timeouts.delete(timeout as Timeout),
    follow: (isIdle) => void followed.push(isIdle),
    advance: async (ms) => {
      const end = time + ms
      await settle()
      for (let due = next(end); due; due = next(end)) {
        timeouts.delete(due)
        time = due.dueAt
        due.callback()
        await settle()
      }
      time = end
    },
    get pending() {
      return timeouts.size
    },
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
