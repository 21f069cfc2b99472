import type { Clock } from '../base/clock.ts'

/** How long work may take. */
export interface TimeLimit {
  readonly clock: Clock
  /** In milliseconds; no limit when left out. */
  readonly timeoutMs: number | undefined
  /** What aborts the work before. */
  readonly signal: AbortSignal | undefined
  /** Makes the error for work that took too long. */
  readonly timeoutError: () => Error
}

/**
 * Runs work whose signal is aborted when its time is up.
 *
 * @throws the time-out error, even if the aborted work fails with an error of its own; else what the work throws.
 */
export async function withTimeout<Result>(
  { clock, timeoutMs, signal, timeoutError }: TimeLimit,
  work: (signal: AbortSignal | undefined) => Promise<Result>,
): Promise<Result> {
  if (timeoutMs === undefined) return work(signal)
  const timeout = new AbortController()
  const timer = clock.setTimeout(() => timeout.abort(timeoutError()), timeoutMs)
  try {
    return await work(signal ? AbortSignal.any([timeout.signal, signal]) : timeout.signal)
  } catch (error) {
    throw timeout.signal.aborted && !signal?.aborted ? timeout.signal.reason : error
  } finally {
    clock.clearTimeout(timer)
  }
}
