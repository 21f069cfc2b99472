import type { Clock } from '../base/clock.ts'

/** How long an attempt may take. */
export interface TimeLimits {
  readonly clock: Clock
  /** In milliseconds; no limit when left out. */
  readonly queueTimeoutMs: number | undefined
  /** In milliseconds; no limit when left out. */
  readonly timeoutMs: number | undefined
  /** What aborts the attempt before. */
  readonly signal: AbortSignal | undefined
  /** Makes the error for an attempt that took too long. */
  readonly timeoutError: (phase: 'queued' | 'running') => Error
}

/** Told by the work what it does: it waits, at first and when it has to again, or it runs. */
export interface PhaseTimer {
  begin(phase: 'queued' | 'running'): void
}

/**
 * Does work whose signal is aborted when it waits or runs too long.
 *
 * @throws the time-out error, however the aborted work ends; else what the work throws.
 */
export async function withTimeLimits<Result>(
  { clock, queueTimeoutMs, timeoutMs, signal, timeoutError }: TimeLimits,
  work: (signal: AbortSignal | undefined, timer: PhaseTimer | undefined) => Promise<Result>,
): Promise<Result> {
  if (timeoutMs === undefined && queueTimeoutMs === undefined) return work(signal, undefined)
  const timeout = new AbortController()
  let timer: unknown
  const begin = (phase: 'queued' | 'running'): void => {
    clock.clearTimeout(timer)
    const ms = phase === 'queued' ? queueTimeoutMs : timeoutMs
    timer = ms === undefined ? undefined : clock.setTimeout(() => timeout.abort(timeoutError(phase)), ms)
  }
  begin('queued')
  try {
    const result = await work(signal ? AbortSignal.any([timeout.signal, signal]) : timeout.signal, { begin })
    // Aborted work may return anything but its result.
    timeout.signal.throwIfAborted()
    return result
  } catch (error) {
    throw timeout.signal.aborted && !signal?.aborted ? timeout.signal.reason : error
  } finally {
    clock.clearTimeout(timer)
  }
}
