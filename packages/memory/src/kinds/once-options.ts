import type { ClaimToken } from '../space/write-options.ts'
import type { OptionKinds } from '../values/require-options.ts'
import type { Cost } from '../work/cost.ts'

/** What a work has used by itself; what is left out is 0. */
export type Usage = Partial<Omit<Cost, 'ms'>>

/** The context that `View.once` passes to the work. */
export interface WorkContext {
  /** Aborts when the lease on the work is lost, so the result would be refused, or when nobody waits for it any more. */
  readonly signal: AbortSignal
  /**
   * Adds what a model used for the work. Leave out what other work within it reports itself.
   *
   * @throws OptionError for a number below 0.
   */
  reportUsage(usage: Usage): void
  /** Reports the work's own duration in milliseconds, without queueing. By default the time until its end counts. */
  reportDuration(ms: number): void
}

/** Options of `View.once`. */
export interface OnceOptions {
  /** How long the result may be reused, in milliseconds; for ever when left out. */
  readonly ttlMs?: number
  /**
   * How long the lease on the work outlives its worker's last heartbeat, in
   * milliseconds. A dead worker is replaced after at most this time.
   *
   * @defaultValue 5_000
   */
  readonly leaseMs?: number
  /** The task that the record of the work belongs to. */
  readonly task?: string
  /** Stops this caller's wait. The work is aborted when nobody waits for it any more. */
  readonly signal?: AbortSignal
  /** Begin the work only while this claim is held. */
  readonly claim?: ClaimToken
}

/** For {@link OnceOptions}. */
export const onceKinds: OptionKinds<OnceOptions> = {
  ttlMs: 'any',
  leaseMs: 'any',
  task: 'any',
  signal: 'object',
  claim: 'object',
}

/** The outcome of `View.once`. */
export interface OnceResult<T> {
  readonly value: T
  /** Whether the value was computed before, or by another agent meanwhile. */
  readonly reused: boolean
  /** What computing it took, with everything within. */
  readonly cost: Cost
}
