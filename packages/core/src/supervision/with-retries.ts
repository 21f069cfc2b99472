import { OrderLost } from '@skein/memory/runtime'

import type { Clock } from '../base/clock.ts'
import { delayBefore } from './backoff.ts'
import type { ResolvedRetryPolicy } from './retry-policy.ts'

/** Errors that another attempt would only repeat: of wrong use, missing rights, unknown names. */
const nonRetryable = new Set([
  'SKEIN_ACCESS',
  'SKEIN_ACTIVITY_INPUT',
  'SKEIN_ACTIVITY_LOAD',
  'SKEIN_ACTIVITY_UNKNOWN',
  'SKEIN_BUDGET',
  'SKEIN_FENCE',
  'SKEIN_FLOCK_CLOSED',
  'SKEIN_INPUT_SIZE',
  'SKEIN_NESTED_FLOCK',
  'SKEIN_CLOSED',
  'SKEIN_OPTION',
  'SKEIN_SCHEMA',
  'SKEIN_VALUE',
])

/** What {@link withRetries} tries, and how. */
export interface RetriedWork<Result> {
  readonly policy: ResolvedRetryPolicy
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
  /** @param retry - How many attempts have failed before. */
  readonly attempt: (retry: number) => Promise<Result>
  /** Called before each pause. */
  readonly onRetry?: (error: unknown, attempts: number, delayMs: number) => void
}

/**
 * Makes attempts until one succeeds, the policy allows no more, or the error is not worth another.
 *
 * @throws the last error; the signal's reason.
 */
export async function withRetries<Result>(work: RetriedWork<Result>): Promise<Result> {
  const { policy, clock, signal, attempt, onRetry } = work
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt(attempts - 1)
    } catch (error) {
      if (signal?.aborted || attempts > policy.maxRetries || !isRetryable(policy, error)) throw error
      const delayMs = delayBefore(policy, attempts, Math.random())
      onRetry?.(error, attempts, delayMs)
      await pause(clock, delayMs, signal)
    }
  }
}

function isRetryable({ codes }: ResolvedRetryPolicy, error: unknown): boolean {
  // The work is begun again as a whole, and is no failure.
  if (error instanceof OrderLost) return false
  const { code } = (error ?? {}) as { readonly code?: unknown }
  if (codes) return typeof code === 'string' && codes.includes(code)
  return !nonRetryable.has(code as string)
}

/** @throws the signal's reason when it is aborted meanwhile. */
function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clock.clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    if (signal?.aborted) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
}
