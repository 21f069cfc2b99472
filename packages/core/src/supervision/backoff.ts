/** How the pauses between attempts grow. */
export interface Backoff {
  /** Pause before the first further attempt, in milliseconds; doubles with each. */
  readonly baseDelayMs: number
  /** Longest pause, in milliseconds. */
  readonly maxDelayMs: number
  /** Share of a pause that is random, 0 to 1, so that those who failed together do not return together. */
  readonly jitter: number
}

/**
 * How long to wait before another attempt.
 *
 * Source: "full jitter" and its kin, M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015.
 *
 * @param failed - Attempts that have failed, 1 or more.
 * @param random - From 0 to 1.
 * @returns milliseconds.
 */
export function delayBefore({ baseDelayMs, maxDelayMs, jitter }: Backoff, failed: number, random: number): number {
  const delay = Math.min(baseDelayMs * 2 ** (failed - 1), maxDelayMs)
  return delay * (1 - jitter * random)
}
