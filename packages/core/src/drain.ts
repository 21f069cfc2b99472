import type { BusyAgent } from './agents/agent-registry.ts'
import type { Clock } from './base/clock.ts'

/** What a flock had finished when it closed; see `Flock.drain`. */
export interface DrainReport {
  /** Whether all work was finished. */
  readonly isComplete: boolean
  /** Activities that still ran, and were aborted. */
  readonly aborted: number
  /** Agents that still had messages or questions. Durable mailboxes keep theirs. */
  readonly busy: readonly BusyAgent[]
}

/** The work that has to finish. */
export interface Draining {
  /** Agents that have something to do. */
  busy(): readonly BusyAgent[]
  /** Activities that run. */
  running(): number
}

const pollMs = 5

/** Waits until all work is finished or the time is up; reports what is left. */
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
