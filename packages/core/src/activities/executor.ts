import type { Memory, Principal } from '@skein/memory'
import type { Costs, Span, TraceOrder, WorkChain } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

import type { ResolvedActivityOptions } from './activity.ts'
import type { BudgetScope } from '../limits/budget.ts'
import type { Model } from '../models/model.ts'

/** What a module of activities exports, as a worker found it. */
export interface ModuleDescription {
  /** SHA-256 of the module's text: a changed text means other results. */
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
  /** Which definition of it was found: the SHA-256 of the module's text, and the version; absent where nobody looked. */
  readonly definition?: { readonly digest: string; readonly version: string }
  readonly input: unknown
  /**
   * What it is known by, where equal work is done once; absent for work that nobody shares. An executor whose workers
   * outlive the caller finds by this what they have done for a caller that is gone.
   */
  readonly key?: string
  /** Whether the record of the work with this key holds what {@link Executor.orderOf} has returned. */
  readonly isHanded?: boolean
  /** Those of a higher priority run first; 0 where left out. */
  readonly priority?: number
  /** How often it has failed and was tried again; absent the first time. */
  readonly retry?: number
  /** For whom it runs. */
  readonly principal: Principal
  /** The work that it is part of, with itself at the end; see `asPartOf` in `@skein/memory/runtime`. */
  readonly chain?: WorkChain
  /** How sensitive its input is: what it writes is at least as sensitive. */
  readonly label?: Label | undefined
  /** What its input comes from, as `ReadScope.sources` gives it: what it writes and its result are derived from that, too. */
  readonly sources?: readonly string[]
  /** The span that it is part of; absent where nobody traces. */
  readonly trace?: TraceOrder | undefined
  /** What its model calls may use: the budgets of the flock's model, of the flock and of the agent. */
  readonly budgets?: readonly BudgetScope[] | undefined
}

/** The result of an activity that succeeded. */
export interface ActivityOutcome {
  readonly output: unknown
  readonly durationMs: number
  /** Which worker ran it. */
  readonly worker: string
  /** The label of its input and of everything that it has read. */
  readonly label: Label
  /** What it has read, as `ReadScope.sources` gives it. */
  readonly sources?: readonly string[] | undefined
  /**
   * Whether who ran it has kept `output` in the record of the work, as the result `{ output }`. `false` where it must not be
   * kept, as something that it comes from was retracted; absent where the flock keeps it.
   */
  readonly isKept?: boolean
}

/** Options of {@link Executor.run}. */
export interface RunOptions {
  readonly signal?: AbortSignal | undefined
  /**
   * Called when its function begins to run, with its module loaded: from here on its time-out counts. Called again where
   * it begins again.
   */
  readonly onStarted?: (() => void) | undefined
  /** Called when it has to wait for a worker again, after it lost the one that ran it. */
  readonly onQueued?: (() => void) | undefined
  /** @param label - Of what it had read by then. */
  readonly onProgress?: ((value: unknown, label: Label) => void) | undefined
  /** Called when it ends, however it does. */
  readonly onCosts?: ((costs: Costs) => void) | undefined
  /** Called when it ends, however it does, with the spans that it made, in the order in which they began. */
  readonly onSpans?: ((spans: readonly Span[]) => void) | undefined
  /** Called before it fails with an error of its own, with the label of what it had read by then. */
  readonly onLabel?: ((label: Label) => void) | undefined
}

/**
 * Runs activities: the executor decides where and when; the flock decides
 * what, for whom and whether at all.
 */
export interface Executor extends AsyncDisposable {
  /** Activities that wait for a worker; absent where it does not know. */
  readonly waiting?: number
  /**
   * How many activities are worth giving it at once, so that all its workers always have some; absent where it does not
   * know. It changes when workers come and go.
   */
  readonly width?: number
  /** How much of its room was taken on the average since it began, from 0 to 1, by kind; absent where it does not know. */
  readonly utilization?: Readonly<Partial<Record<ActivityTask['kind'], number>>>
  /**
   * What workers elsewhere need to know of a task, as JSON: the flock leaves it in the record of the work, which a worker
   * then ends with the result, by `carryOut`. Absent where the flock keeps results itself. A task without a key has no
   * record.
   *
   * @throws ActivityInputError
   */
  orderOf?(task: ActivityTask): unknown
  /**
   * Called when a program names a module of activities: a worker that has to be started first can start meanwhile. What
   * keeps it from starting is told by who runs an activity.
   */
  prepare?(): void
  /** Loads a module in a worker and lists its activities. @throws ActivityLoadError; the signal's reason */
  describe(module: string, signal?: AbortSignal): Promise<ModuleDescription>
  /**
   * Runs an activity to its end.
   *
   * @throws what the activity throws, with its code and fields; UnknownActivityError, ActivityInputError,
   * ActivityLoadError, ActivityQueueFullError, NestedFlockError, ThreadLostError, ThreadStartError; the signal's reason.
   */
  run(task: ActivityTask, options?: RunOptions): Promise<ActivityOutcome>
}

/** What a flock gives an executor that is made for it. */
export interface ExecutorParts {
  readonly memory: Memory
  readonly model: Model
}

/** Makes an executor for a flock; `createFlock` calls it once. */
export type ExecutorFactory = (parts: ExecutorParts) => Executor | Promise<Executor>
