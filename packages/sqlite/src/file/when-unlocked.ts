import { setTimeout as sleep } from 'node:timers/promises'

import { StoreBusyError } from '@skein/memory'

import { isBusy } from './sqlite-errors.ts'
import type { ResolvedSqliteOptions } from './sqlite-options.ts'

/** Whether another connection's lock is what stopped some work, so that trying again may help. */
export function isLocked(thrown: unknown): boolean {
  return isBusy(thrown instanceof StoreBusyError ? thrown.cause : thrown)
}

/**
 * The pause before the next attempt to pass a lock, in milliseconds. It is short, since locks usually are; longer
 * while one lasts; and random, so that processes that began to wait together don't stay in each other's way.
 */
export function pauseMs(waitedMs: number): number {
  return (1 + Math.min(waitedMs / 100, 9)) * (0.5 + Math.random())
}

/** More than any pause between two attempts. */
const longestPauseMs = 50

/**
 * How long somebody waits for a lock who tries now and then. Time in which the event loop stood still is left out:
 * nobody tried then, and the lock may have been free.
 */
export class LockWait {
  #triedAt = performance.now()

  /** Notes an attempt that failed; returns how long this one has waited since the attempt before, in milliseconds. */
  failed(): number {
    const now = performance.now()
    const sinceMs = Math.min(now - this.#triedAt, longestPauseMs)
    this.#triedAt = now
    return sinceMs
  }
}

/**
 * Does some work as soon as no lock of another connection is in its way. SQLite's own waiting would stop the event
 * loop, so each attempt fails at once, and the loop runs between them.
 *
 * @param work - Leaves nothing behind when it throws.
 * @throws what `work` throws; the error of the lock after `busyTimeoutMs`.
 */
export async function whenUnlocked<Result>(
  { busyTimeoutMs }: Pick<ResolvedSqliteOptions, 'busyTimeoutMs'>,
  work: () => Result,
): Promise<Result> {
  const wait = new LockWait()
  for (let waitedMs = 0; ;) {
    try {
      return work()
    } catch (error) {
      waitedMs += wait.failed()
      if (!isLocked(error) || waitedMs >= busyTimeoutMs) throw error
      await sleep(Math.min(pauseMs(waitedMs), busyTimeoutMs - waitedMs))
    }
  }
}
