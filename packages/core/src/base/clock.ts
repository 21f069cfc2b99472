/** Where a flock gets its time from. Tests give it one of their own, see `virtualClock` of `@skein/core/testing`. */
export interface Clock {
  /** Unix milliseconds that only grow. */
  now(): number
  /** Calls back after so many milliseconds; returns what `clearTimeout` takes. */
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(timeout: unknown): void
  /** Called by each flock that goes by it, with what tells whether all is delivered that can be for now. */
  follow?(isIdle: () => boolean): void
}

/** The longest time that a timer of Node can wait, in milliseconds. */
export const longestTimer: number = 2 ** 31 - 1

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, Math.min(ms, longestTimer)),
  clearTimeout: (timeout) => clearTimeout(timeout as NodeJS.Timeout),
}
