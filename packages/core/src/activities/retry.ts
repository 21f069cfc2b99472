import { OptionError } from '@skein/memory'

import type { Clock } from '../base/clock.ts'
import { delayBefore } from '../supervision/backoff.ts'
import type { Backoff } from '../supervision/backoff.ts'

/** How often something that failed is tried again. */
export interface Retry extends Partial<Backoff> {
  /** Tries in all. */
  readonly attempts: number
  /**
   * Codes of the errors after which it is tried again.
   *
   * @defaultValue all but those that would come again: of wrong use, missing rights, unknown names
   */
  readonly codes?: readonly string[]
  // With the waits of `Backoff`: 100 ms, doubling, 10 s at most, half of it left to chance.
}

/** Errors that another try would only repeat. */
const nonRetryable = new Set([
  'SKEIN_ACCESS',
  'SKEIN_ACTIVITY_INPUT',
  'SKEIN_ACTIVITY_LOAD',
  'SKEIN_ACTIVITY_UNKNOWN',
  'SKEIN_BUDGET',
  'SKEIN_FENCE',
  'SKEIN_FLOCK_CLOSED',
  'SKEIN_CLOSED',
  'SKEIN_OPTION',
  'SKEIN_SCHEMA',
  'SKEIN_VALUE',
])

/** @throws OptionError when a number is out of range. */
export function requireRetry({ attempts, codes }: Retry): void {
  if (!(Number.isSafeInteger(attempts) && attempts >= 1 && attempts <= 1_000)) {
    throw new OptionError('attempts', 'a whole number from 1 to 1,000', attempts)
  }
  if (codes !== undefined && !Array.isArray(codes)) throw new OptionError('codes', 'a list of error codes', codes)
}

/** Whether an error is one to try again after. */
function isWorthRetrying({ codes }: Retry, error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  if (codes) return typeof code === 'string' && codes.includes(code)
  return !nonRetryable.has(code as string)
}

/**
 * Tries until it succeeds, the tries are used up, or the error is not worth another.
 *
 * @param onRetry - Told before each pause.
 * @throws the last error; the signal's reason.
 */
export async function withRetries<Result>(
  retry: Retry,
  clock: Clock,
  attempt: () => Promise<Result>,
  signal: AbortSignal | undefined,
  onRetry: (error: unknown, tries: number, delayMs: number) => void,
): Promise<Result> {
  const backoff = { baseDelayMs: 100, maxDelayMs: 10_000, jitter: 0.5, ...retry }
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (signal?.aborted || tries >= retry.attempts || !isWorthRetrying(retry, error)) throw error
      const delayMs = delayBefore(backoff, tries, Math.random())
      onRetry(error, tries, delayMs)
      await pause(clock, delayMs, signal)
    }
  }
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
