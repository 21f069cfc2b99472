import { requireNumber } from '@skein/memory/runtime'

import type { Clock } from '../base/clock.ts'

/** A clock that stands still until it is advanced. */
export interface VirtualClock extends Clock {
  /**
   * Lets time pass: timers fire in order, each at its time, and everything that
   * follows at once happens before the next fires, however long the machine takes.
   * (For agents that send each other messages forever, it stops waiting after a
   * while.)
   *
   * @throws OptionError unless `ms` is 0 or more.
   */
  advance(ms: number): Promise<void>
  /** Number of timers that have not fired. */
  readonly pending: number
}

interface Timeout {
  readonly dueAt: number
  readonly callback: () => void
}

/** Turns of the event loop, of some milliseconds each, after which time passes although messages are left. */
const maxTurns = 250

/**
 * Makes a clock for tests: pass it to `createFlock({ memory, clock })`, and
 * `after` transitions, restarts, retries and time-outs happen when you advance it.
 * Leases go by the store's clock instead.
 *
 * @param now - Its initial time, Unix milliseconds.
 *
 * @example
 * ```ts
 * import { virtualClock } from '@skein/core/testing'
 *
 * const clock = virtualClock()
 * let rings = 0
 * clock.setTimeout(() => (rings += 1), 60_000)
 * await clock.advance(59_999)
 * rings // => 0
 * await clock.advance(1)
 * rings // => 1
 * ```
 */
export function virtualClock(now = 0): VirtualClock {
  let time = now
  const timeouts = new Set<Timeout>()
  const followed: (() => boolean)[] = []
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < maxTurns; turns += 1) {
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
      requireNumber('ms', ms, 0)
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

/** Resolves after one turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
