import { maxTimerMs } from '@skein/memory/runtime'

/** Where a flock gets its time from. Tests pass their own, see `virtualClock` of `@skein/core/testing`. */
export interface Clock {
  /** Unix milliseconds that only grow. */
  now(): number
  /** Calls back after so many milliseconds; returns what `clearTimeout` takes. */
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(timeout: unknown): void
  /** Called by each flock that uses the clock, with a function that tells whether all deliverable messages are delivered. */
  follow?(isIdle: () => boolean): void
}

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, Math.min(ms, maxTimerMs)),
  clearTimeout: (timeout) => clearTimeout(timeout as NodeJS.Timeout),
}
