import type { Cost } from '@skein/memory/types'

import type { DurationSummary } from './durations.ts'

/** What a flock has done since it was created. */
export interface FlockStats {
  readonly activities: number
  /** Activities whose stored result was reused instead of running them. */
  readonly reusedActivities: number
  /** What its activities and their calls to models used. */
  readonly used: Cost
  /** What it saved by reusing answers of models and results of whole activities. */
  readonly saved: Cost
  readonly deadLetters: number
  /** How often an agent failed, and how often one was restarted. */
  readonly failures: number
  readonly restarts: number
  readonly workers: WorkerStats
}

/** How busy the workers of a flock are: threads, unless the flock has another executor. */
export interface WorkerStats {
  /** How long activities waited until they ran, for a thread and for their module to load. */
  readonly waitMs: DurationSummary
  /** How long activities ran that succeeded. */
  readonly runMs: DurationSummary
  /**
   * How much of the room for activities of each kind was taken on the average since the first of them, from 0 to 1;
   * absent where the executor does not know.
   */
  readonly utilization?: Readonly<Partial<Record<'compute' | 'io', number>>>
}

/** How long the queues of a flock are. */
export interface FlockQueues {
  /** Messages in the mailboxes of its agents. */
  readonly messages: number
  /** Activities that wait for a worker; absent where the executor does not know. */
  readonly activities: number | undefined
}
