import type { Clock } from './base/clock.ts'

/** What a flock did before it closed; see {@link Flock.drain}. */
export interface DrainReport {
  /** Whether all work was done when it closed. */
  readonly isComplete: boolean
  /** Activities that were under way, and are aborted. */
  readonly aborted: number
  /** Agents that were not done with their messages and questions. What waits in a durable mailbox is kept. */
  readonly busy: readonly { readonly id: string; readonly role: string; readonly load: number }[]
}

/** What is to become quiet. */
export interface Draining {
  /** Agents with something to do. */
  busy(): DrainReport['busy']
  /** Activities under way. */
  running(): number
}

const pollMs = 5

/** Waits until everything is quiet, or the time is over; tells what was not. */
export async function untilQuiet(draining: Draining, clock: Clock, timeoutMs: number): Promise<DrainReport> {
  const end = clock.now() + timeoutMs
  for (;;) {
    const busy = draining.busy()
    const aborted = draining.running()
    const isComplete = busy.length === 0 && aborted === 0
    if (isComplete || clock.now() >= end) return { isComplete, busy, aborted }
    await new Promise<void>((resolve) => clock.setTimeout(resolve, pollMs))
  }
}
