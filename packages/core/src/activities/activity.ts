import { OptionError } from '@skein/memory'
import type { View } from '@skein/memory'

import type { SharedModel } from '../models/shared-model.ts'
import type { Retry } from './retry.ts'

/** What an activity is given beside its input. */
export interface ActivityContext {
  /** The memory, seen as the agent for which the activity runs. What is read through it marks what is written. */
  readonly memory: View
  /** The flock's model. Equal questions of the whole flock are asked once. */
  readonly model: SharedModel
  /** Aborted when the work is no longer wanted. Ignored too long, the thread is ended. */
  readonly signal: AbortSignal
  /** Tells the caller how far it is; plain data. Arrives in order, before the result. */
  progress(value: unknown): void
}

/** How an activity is run. */
export interface ActivityOptions {
  /**
   * `compute`: one at a time per thread. `io`: many at a time, for work that
   * mostly waits, such as calls over the network.
   *
   * @defaultValue 'compute'
   */
  readonly kind?: 'compute' | 'io'

  /**
   * Whether equal inputs mean equal results. Then the result is computed once
   * for the whole flock, for good, and used by everyone who asks again.
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
   * How long one try may take, in milliseconds; for ever when left out. Then it
   * is aborted, as by its signal.
   */
  readonly timeoutMs?: number

  /** How often it is tried again when it fails; never when left out. */
  readonly retry?: Retry
}

/** Settings of an activity with every default filled in. */
export type ResolvedActivityOptions = Required<Omit<ActivityOptions, 'timeoutMs' | 'retry'>> &
  Pick<ActivityOptions, 'timeoutMs' | 'retry'>

/** A function that agents have run for them in a worker thread. */
export interface Activity<Input, Output> {
  readonly [definition]: ResolvedActivityOptions
  readonly run: (context: ActivityContext, input: Input) => Promise<Output> | Output
}

const definition: unique symbol = Symbol.for('skein.activity')

/**
 * Makes an activity of a function. Export it from a module of its own: worker
 * threads import that module.
 *
 * @param run - Gets and gives plain data: small values, and refs to what is large.
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
  const { kind = 'compute', shared = false, version = '1', ...limits } = options
  if (kind !== 'compute' && kind !== 'io') throw new OptionError('kind', "'compute' or 'io'", kind)
  return { [definition]: { kind, shared, version, ...limits }, run }
}

/** How an exported value is to be run; `undefined` when it is no activity. */
export function activityOptions(exported: unknown): ResolvedActivityOptions | undefined {
  if (typeof exported !== 'object' || exported === null) return undefined
  return (exported as Partial<Activity<unknown, unknown>>)[definition]
}
