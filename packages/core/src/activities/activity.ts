import { OptionError } from '@skein/memory'
import type { View } from '@skein/memory'
import { requireDuration, requireInteger, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { SharedModel } from '../models/shared-model.ts'
import { requireRetry } from '../supervision/retry-policy.ts'
import type { RetryPolicy } from '../supervision/retry-policy.ts'

/** The context of an activity, its first argument. */
export interface ActivityContext {
  /** The memory, as seen by the agent for which the activity runs. Writes are at least as sensitive as all reads. */
  readonly memory: View
  /** The flock's model. The whole flock asks equal questions once. */
  readonly model: SharedModel
  /** Aborted when the result is no longer wanted. If the activity ignores it too long, its thread is terminated. */
  readonly signal: AbortSignal
  /**
   * The activity's span in the format of W3C Trace Context, for the header `traceparent` of requests to other
   * systems; `undefined` without tracing.
   */
  readonly traceparent: string | undefined
  /** Reports progress to the caller: plain data, which arrives in order and before the result. */
  progress(value: unknown): void
}

/** How an activity is run. */
export interface ActivityOptions {
  /**
   * `compute`: one at a time per thread. `io`: many at a time, for work that
   * mostly waits, such as network calls.
   *
   * @defaultValue 'compute'
   */
  readonly kind?: 'compute' | 'io'

  /**
   * Whether equal inputs mean equal results. Then the whole flock computes the
   * result once, keeps it, and reuses it.
   *
   * @defaultValue false
   */
  readonly shared?: boolean

  /**
   * Part of the key of shared results, beside the text of the module. Change it
   * when something that the module imports changes the results.
   *
   * @defaultValue '1'
   */
  readonly version?: string

  /**
   * The fate of a shared result when one of its sources is retracted or superseded: with `recompute` it is forgotten in
   * the same step, and the next caller computes it again.
   *
   * @defaultValue 'keep'
   */
  readonly onRetract?: 'keep' | 'recompute'

  /**
   * How long one attempt may run, in milliseconds, before it is aborted. The wait for a thread, and for its module to
   * load, does not count.
   *
   * @defaultValue no limit
   */
  readonly timeoutMs?: number

  /**
   * How long one attempt may wait until it runs, in milliseconds, before it is withdrawn.
   *
   * @defaultValue no limit
   */
  readonly queueTimeoutMs?: number

  /**
   * An integer. Among activities that wait for a thread, those of a higher priority run first, equal ones in their
   * order of arrival.
   *
   * @defaultValue 0
   */
  readonly priority?: number

  /**
   * How often and when to retry it after a failure.
   *
   * @defaultValue never; of a policy: 4 retries after 100 ms, doubling, 10 s at most, half of each pause random, after
   * all errors but those that would come again (wrong use, missing rights, unknown names)
   */
  readonly retry?: RetryPolicy
}

const kinds: OptionKinds<ActivityOptions> = {
  kind: 'any',
  shared: 'boolean',
  version: 'string',
  onRetract: 'string',
  timeoutMs: 'any',
  queueTimeoutMs: 'any',
  priority: 'any',
  retry: 'any',
}

/** Settings of an activity with every default filled in. */
export type ResolvedActivityOptions = Required<Pick<ActivityOptions, 'kind' | 'shared' | 'version'>> & ActivityOptions

/** A function that runs in a worker thread on behalf of agents. */
export interface Activity<Input, Output> {
  readonly [definition]: ResolvedActivityOptions
  readonly run: (context: ActivityContext, input: Input) => Promise<Output> | Output
}

const definition: unique symbol = Symbol.for('skein.activity')

/**
 * Turns a function into an activity. Export it from a separate module: worker threads import that module.
 *
 * @param run - Takes and returns plain data: small values, and refs to large ones. See `move` for buffers that are not copied.
 * @throws OptionError when an option is out of range.
 *
 * @example
 * ```ts no-run
 * import { activity } from '@skein/core'
 * import type { Ref } from '@skein/memory'
 *
 * export const shout = activity(async ({ memory }, text: Ref<string>) => {
 *   return memory.objects.put((await memory.objects.get(text)).toUpperCase())
 * }, { shared: true })
 * ```
 */
export function activity<Input, Output>(
  run: (context: ActivityContext, input: Input) => Promise<Output> | Output,
  options: ActivityOptions = {},
): Activity<Input, Output> {
  if (typeof run !== 'function') throw new OptionError('run', 'a function of context and input', run)
  const { kind = 'compute', shared = false, version = '1', ...limits } = requireOptions('activity', options, kinds)
  if (limits.retry !== undefined) requireRetry(limits.retry)
  requireLimits(limits)
  requireOnRetract(limits.onRetract)
  if (kind !== 'compute' && kind !== 'io') throw new OptionError('kind', "'compute' or 'io'", kind)
  return { [definition]: { kind, shared, version, ...limits }, run }
}

/** @throws OptionError */
export function requireLimits(limits: Pick<ActivityOptions, 'timeoutMs' | 'queueTimeoutMs' | 'priority'>): void {
  const { timeoutMs, queueTimeoutMs, priority } = limits
  if (timeoutMs !== undefined) requireDuration('timeoutMs', timeoutMs)
  if (queueTimeoutMs !== undefined) requireDuration('queueTimeoutMs', queueTimeoutMs)
  if (priority !== undefined) requireInteger('priority', priority, Number.MIN_SAFE_INTEGER)
}

/** @throws OptionError */
export function requireOnRetract(onRetract: ActivityOptions['onRetract']): void {
  if (onRetract === undefined || onRetract === 'keep' || onRetract === 'recompute') return
  throw new OptionError('onRetract', "'keep' or 'recompute'", onRetract)
}

/** The options of an exported activity; `undefined` for any other value. */
export function activityOptions(exported: unknown): ResolvedActivityOptions | undefined {
  if (typeof exported !== 'object' || exported === null) return undefined
  return (exported as Partial<Activity<unknown, unknown>>)[definition]
}
