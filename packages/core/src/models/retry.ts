import { delayBefore } from '../supervision/backoff.ts'

/** How often a failed call is tried again, and with which pauses. */
export interface RetryPolicy {
  /** Further attempts after the first. @defaultValue 4 */
  readonly maxRetries?: number
  /** Pause before the second attempt, in milliseconds; doubles with each further one. @defaultValue 500 */
  readonly baseDelayMs?: number
  /** Longest pause, in milliseconds; a provider that asks for a longer one is taken at its word, and the call fails. @defaultValue 60_000 */
  readonly maxDelayMs?: number
}

/** What a decision needs to know of a failure. */
export interface Failure {
  readonly retryable: boolean
  /** The pause that the provider asked for. */
  readonly retryAfterMs?: number | undefined
}

/**
 * How long to wait before the next attempt, in milliseconds; `undefined` when there is none.
 *
 * A pause that the provider asked for is kept to the millisecond; one of our own is
 * spread over its upper half, lest all who failed together come back together.
 *
 * @param attempt - Attempts made so far, 1 or more.
 * @param random - From 0 to 1.
 */
export function retryDelay(
  policy: RetryPolicy,
  attempt: number,
  { retryable, retryAfterMs }: Failure,
  random: number,
): number | undefined {
  const { maxRetries = 4, baseDelayMs = 500, maxDelayMs = 60_000 } = policy
  if (!retryable || attempt > maxRetries) return undefined
  if (retryAfterMs !== undefined) return retryAfterMs > maxDelayMs ? undefined : retryAfterMs
  return delayBefore({ baseDelayMs, maxDelayMs, jitter: 0.5 }, attempt, 1 - random)
}
