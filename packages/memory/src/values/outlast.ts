import { setTimeout as pause } from 'node:timers/promises'
import { requireOptions } from './require-options.ts'

const firstPauseMs = 20
const longestPauseMs = 1_000

/** Codes of failures that end by themselves: a store that can't be reached, or is locked, now. */
const passing: ReadonlySet<unknown> = new Set(['SKEIN_STORE', 'SKEIN_STORE_BUSY', 'SKEIN_OUTCOME_UNKNOWN'])

/** Whether an error says that the store can't be reached for now, so that the same call may succeed later. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error && passing.has(error.code))) return false
  return !('isFinal' in error && error.isFinal === true)
}

/** Options of {@link outlast}. */
export interface OutlastOptions {
  readonly signal?: AbortSignal | undefined
  /** Called after each failed attempt. What it throws ends the attempts. */
  readonly onOutage?: ((error: unknown) => void) | undefined
}

/**
 * Repeats some work, with back-off, for as long as the store can't be reached. For
 * those who wait for something in the memory, and for work that may be done twice.
 *
 * @throws what the work throws otherwise; the signal's reason.
 */
export async function outlast<Result>(work: () => Promise<Result>, options: OutlastOptions = {}): Promise<Result> {
  const { signal, onOutage } = requireOptions('outlast', options, { signal: 'object', onOutage: 'function' })
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
    try {
      return await work()
    } catch (error) {
      if (!isOutage(error)) throw error
      onOutage?.(error)
    }
    // A pause that is aborted fails with an error of its own.
    await pause(pauseMs, undefined, { signal }).catch(() => {})
    signal?.throwIfAborted()
  }
}
