import { delayBefore } from '../supervision/backoff.ts'
import type { ResolvedRetryPolicy } from '../supervision/retry-policy.ts'

/** How failed calls of a model are retried unless its settings say otherwise. */
export const modelRetry: ResolvedRetryPolicy = { maxRetries: 4, baseDelayMs: 500, maxDelayMs: 60_000, jitter: 0.5 }

/** What the decision depends on. */
export interface FailedAttempt {
  readonly code?: string | undefined
  readonly retryable: boolean
  /** The pause that the provider asked for; what is no duration does not count. */
  readonly retryAfterMs?: number | undefined
}

/**
 * How long to wait before the next attempt, in milliseconds; `undefined` when there is none.
 *
 * A pause that the provider asked for is kept to the millisecond, and the call fails if it is longer than the
 * policy's longest. Jitter is spread over the upper part of our own pauses.
 *
 * @param attempts - Attempts made so far, 1 or more.
 * @param random - From 0 to 1.
 */
export function retryDelay(
  policy: ResolvedRetryPolicy,
  attempts: number,
  { code = '', retryable, retryAfterMs }: FailedAttempt,
  random: number,
): number | undefined {
  const { maxRetries, maxDelayMs, codes } = policy
  // What is not retryable may be billed twice: codes only narrow the choice.
  if (!retryable || attempts > maxRetries || codes?.includes(code) === false) return undefined
  if (asksForPause(retryAfterMs)) return retryAfterMs > maxDelayMs ? undefined : retryAfterMs
  // "At once" is believed once: else all attempts would be over before the server has recovered.
  if (retryAfterMs === 0 && attempts === 1) return 0
  return delayBefore(policy, attempts, 1 - random)
}

/** Whether a provider asks for a pause. */
export function asksForPause(retryAfterMs: number | undefined): retryAfterMs is number {
  return retryAfterMs !== undefined && retryAfterMs > 0
}
