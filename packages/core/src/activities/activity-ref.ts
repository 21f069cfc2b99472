import type { Principal } from '@skein/memory'
import { requireOptions } from '@skein/memory/runtime'
import type { OptionKinds, ReadScope } from '@skein/memory/runtime'
import type { ClaimToken } from '@skein/memory/types'

import type { Activity } from './activity.ts'
import { stepRef } from './step-ref.ts'
import type { Runnable } from './step-ref.ts'
import type { AnyLogic } from '../machine/logic.ts'
import { ownedPromise } from '../owner/owned-promise.ts'
import type { WorkLogic } from '../owner/work-logic.ts'
import type { BudgetScope } from '../limits/budget.ts'
import { requireRetry } from '../supervision/retry-policy.ts'
import type { RetryPolicy } from '../supervision/retry-policy.ts'

/** How to run an activity; see {@link ActivityRef}. */
export interface RunActivityOptions {
  /** For whom it runs. @defaultValue the flock itself */
  readonly as?: Principal
  readonly signal?: AbortSignal
  readonly onProgress?: (value: unknown) => void
  /**
   * The scope of the caller: the activity inherits the label of its reads, and the scope notes the reads of the
   * activity. Agents pass theirs.
   */
  readonly scope?: ReadScope
  /** Overrides the activity's own; see `ActivityOptions`. */
  readonly timeoutMs?: number
  /** Overrides the activity's own; see `ActivityOptions`. */
  readonly queueTimeoutMs?: number
  /** Overrides the activity's own; see `ActivityOptions`. */
  readonly priority?: number
  /** Overrides the activity's own; see `ActivityOptions`. */
  readonly retry?: RetryPolicy
  /** Overrides the activity's own; see `ActivityOptions`. */
  readonly onRetract?: 'keep' | 'recompute'
  /** @internal Limits its model calls, beside the flock's budget. */
  readonly budget?: BudgetScope | undefined
  /** @internal The key of a durable agent's work. */
  readonly key?: string
  /** @internal How long the work stays claimed after its process stopped renewing the claim, in milliseconds. */
  readonly leaseMs?: number
  /** @internal The work begins only while this claim is held. */
  readonly claim?: ClaimToken
}

// A step of map-reduce may pass its own options on.
const kinds: OptionKinds<RunActivityOptions & { across: boolean }> = {
  as: 'object',
  signal: 'object',
  onProgress: 'function',
  scope: 'object',
  timeoutMs: 'number',
  queueTimeoutMs: 'number',
  priority: 'number',
  retry: 'any',
  onRetract: 'string',
  budget: 'object',
  key: 'string',
  leaseMs: 'number',
  claim: 'object',
  across: 'boolean',
}

/**
 * A handle of an activity: call it to run the activity, or give its `logic` to a
 * machine as an actor to invoke. An activity of a module runs in a worker thread.
 */
export interface ActivityRef<Input, Output> extends Runnable<Input, Output> {
  (input: Input, options?: RunActivityOptions): Promise<Output>
  /** URL of the module that exports it; `inline:` for a function given to the flock itself. */
  readonly module: string
  /** The name of the export, or of the function. */
  readonly activityName: string
  /** XState actor logic; runs for the agent whose machine invokes it. */
  readonly logic: WorkLogic<Output, Input>
}

/** A handle of any activity. */
export interface AnyActivityRef {
  (input: never, options?: RunActivityOptions): Promise<unknown>
  readonly logic: AnyLogic
}

/** Handles for all activities that a module exports. */
export type ActivitiesOf<Module> = {
  readonly [
    Name in keyof Module as Module[Name] extends Activity<never, unknown> ? Name : never
  ]: Module[Name] extends Activity<infer Input, infer Output> ? ActivityRef<Input, Output> : never
}

/** Runs an activity for its handle. */
export type RunActivity = (
  module: string,
  name: string,
  input: unknown,
  options: RunActivityOptions,
) => Promise<unknown>

/** Makes the handles of a module. A name is looked up in the module when the activity first runs. */
export function activityRefs<Module>(module: string, run: RunActivity): ActivitiesOf<Module> {
  const refs = new Map<string, ActivityRef<unknown, unknown>>()
  return new Proxy({} as ActivitiesOf<Module>, {
    get: (_, name) => {
      // `then` and the like: nothing may mistake the handles for a promise.
      if (typeof name !== 'string' || name === 'then' || name === 'toJSON') return undefined
      const ref = refs.get(name) ?? activityRef(module, name, run)
      refs.set(name, ref)
      return ref
    },
  })
}

/** Makes the handle of one activity. */
export function activityRef(module: string, name: string, run: RunActivity): ActivityRef<unknown, unknown> {
  const call = stepRef(async (input: unknown, options: RunActivityOptions): Promise<unknown> => {
    requireOptions(`activity ${name}`, options, kinds)
    if (options.retry !== undefined) requireRetry(options.retry)
    return run(module, name, input, options)
  })
  const logic = ownedPromise<unknown, unknown>(({ input, signal, owner, work }) =>
    run(module, name, input, {
      signal,
      ...(owner && { as: owner.principal, budget: owner.budget, scope: owner.scope }),
      ...work,
    }),
  )
  return Object.assign(call, { module, activityName: name, logic })
}
