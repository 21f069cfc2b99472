import type { Principal } from '@skein/memory'

import type { ResolvedActivityOptions } from './activity.ts'
import type { BudgetScope } from '../models/budget.ts'

/** What a module of activities offers, as a worker found it. */
export interface ModuleDescription {
  /** SHA-256 of the module's text: results of another text are other results. */
  readonly digest: string
  readonly activities: Readonly<Record<string, ResolvedActivityOptions>>
}

/** One activity to run. */
export interface ActivityTask {
  /** URL of the module. */
  readonly module: string
  /** Name of its export. */
  readonly name: string
  readonly kind: 'compute' | 'io'
  readonly input: unknown
  /** For whom it runs. */
  readonly principal: Principal
  /** What its model calls may use, beside the model's own budget. */
  readonly budgets?: readonly BudgetScope[] | undefined
}

/** What running an activity used. */
export interface ActivityUsage {
  /** Calls that reached the model. */
  readonly modelCalls: number
  /** Calls that were answered from the memory, and the tokens that this saved. */
  readonly reusedCalls: number
  readonly savedTokens: number
  readonly inputTokens: number
  readonly outputTokens: number
}

/** How an activity ended well. */
export interface ActivityOutcome {
  readonly output: unknown
  readonly usage: ActivityUsage
  readonly durationMs: number
  /** Which worker ran it. */
  readonly worker: string
}

/** Options of {@link Executor.run}. */
export interface RunOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((value: unknown) => void) | undefined
}

/**
 * Runs activities: the executor decides where and when; the flock decides
 * what, for whom and whether at all.
 */
export interface Executor extends AsyncDisposable {
  /** Activities that wait for a worker; absent where it can't tell. */
  readonly waiting?: number
  /** @throws ActivityLoadError */
  describe(module: string, signal?: AbortSignal): Promise<ModuleDescription>
  /**
   * Runs an activity to its end.
   *
   * @throws what the activity throws, with its code and fields; UnknownActivityError, ActivityInputError, ThreadLostError.
   */
  run(task: ActivityTask, options?: RunOptions): Promise<ActivityOutcome>
}
