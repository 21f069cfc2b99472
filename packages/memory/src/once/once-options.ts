import type { ClaimToken } from '../space/write-options.ts'
import { OptionError } from '../values/errors.ts'
import type { OptionKinds } from '../values/require-options.ts'
import type { Cost } from '../work/cost.ts'

/** The usage of a work by itself; omitted numbers are 0. */
export type Usage = Partial<Omit<Cost, 'ms'>>

/** The context that `View.once` passes to the work. */
export interface WorkContext {
  /** Aborts when the lease on the work is lost, so the result would be refused, or when nobody waits for it any longer. */
  readonly signal: AbortSignal
  /**
   * Adds what a model used for the work. Omit usage that other work within it reports itself.
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
  /** One line that describes the work to people, kept with its record: `note: Energy`. Longer ones are cut. */
  readonly title?: string
  /** Stops this caller's wait. The work is aborted when nobody waits for it any longer. */
  readonly signal?: AbortSignal
  /** Begin the work only while this claim is held. */
  readonly claim?: ClaimToken
  /**
   * Says whether a result is good enough to be reused. A result that is not accepted is never stored: its callers in
   * this thread get it, and others run the work again. A stored one is computed again, and replaced.
   *
   * @defaultValue every result is
   */
  readonly accept?: (value: unknown) => boolean | Promise<boolean>
  /**
   * Whether a power cut may undo the storing of the result, for results that can be computed again: then nobody waits
   * for the disk. It is visible to all when the call resolves, outlives the death of this process, and is secured by the
   * next durable write to the store.
   *
   * @defaultValue false
   */
  readonly fleeting?: boolean
  /**
   * The fate of the result when a record that the work has read, directly or through others, is retracted or
   * superseded: with `recompute` it is forgotten in the same step, and the next caller runs the work again. Skein knows
   * the reads of a work where it tracks reads: in activities.
   *
   * @defaultValue 'keep'
   */
  readonly onRetract?: 'keep' | 'recompute'
}

/** For {@link OnceOptions}. */
export const onceKinds: OptionKinds<OnceOptions> = {
  ttlMs: 'any',
  leaseMs: 'any',
  task: 'any',
  title: 'any',
  signal: 'object',
  claim: 'object',
  accept: 'function',
  fleeting: 'boolean',
  onRetract: 'any',
}

/** The outcome of `View.once`. */
export interface OnceResult<T> {
  readonly value: T
  /** Whether the value was computed before, or by another agent meanwhile. */
  readonly reused: boolean
  /** What computing it took, with everything within. */
  readonly cost: Cost
}

/** @throws OptionError */
export function requireOnRetract(onRetract: OnceOptions['onRetract']): void {
  if (onRetract === undefined || onRetract === 'keep' || onRetract === 'recompute') return
  throw new OptionError('onRetract', "'keep' or 'recompute'", onRetract)
}
