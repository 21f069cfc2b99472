/** How waiting times grow from one try to the next. */
export interface Backoff {
  /** Wait before the first further try, in milliseconds; doubles with each. */
  readonly baseDelayMs: number
  /** Longest wait, in milliseconds. */
  readonly maxDelayMs: number
  /** Share of a wait that is left to chance, 0 to 1, so that those who failed together do not return together. */
  readonly jitter: number
}

/**
 * How long to wait before a try.
 *
 * Source: "full jitter" and its kin, M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015.
 *
 * @param tries - Tries that failed before, 1 or more.
 * @param random - From 0 to 1.
 * @returns milliseconds.
 */
export function delayBefore({ baseDelayMs, maxDelayMs, jitter }: Backoff, tries: number, random: number): number {
  const delay = Math.min(baseDelayMs * 2 ** (tries - 1), maxDelayMs)
  return delay * (1 - jitter * random)
}
