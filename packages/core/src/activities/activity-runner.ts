import { hash, randomUUID } from 'node:crypto'

import { currentWork, encodeJson, ReadScope, requireDuration } from '@skein/memory/runtime'
import type { Memory, Principal, WorkContext } from '@skein/memory'
import type { Label } from '@skein/memory/store'

import type { Clock } from '../base/clock.ts'
import { FlockClosedError } from '../base/flock-closed-error.ts'
import type { FlockEvent } from '../events/flock-events.ts'
import type { BudgetScope } from '../limits/budget.ts'
import type { UsageMeter } from '../models/usage-meter.ts'
import { resolveRetry } from '../supervision/retry-policy.ts'
import type { ResolvedRetryPolicy } from '../supervision/retry-policy.ts'
import { withRetries } from '../supervision/with-retries.ts'
import { ActivityTimeoutError, UnknownActivityError } from './activity-errors.ts'
import type { RunActivityOptions } from './activity-ref.ts'
import type { ResolvedActivityOptions } from './activity.ts'
import type { ActivityOutcome, Executor } from './executor.ts'
import { withTimeout } from './with-timeout.ts'

/** What an activity runner works with. */
export interface ActivityRunnerParts {
  readonly memory: Memory
  readonly executor: Executor
  /** Id of the model; part of the key of shared results. */
  readonly modelId: string
  /** Limits what all model calls may use. */
  readonly budget: BudgetScope | undefined
  readonly clock: Clock
  emit(event: FlockEvent): void
}

/** One activity, run for one principal. */
interface Run {
  readonly module: string
  readonly name: string
  readonly input: unknown
  readonly principal: Principal
  /** What its caller has read, then also what it has read itself. */
  readonly scope: ReadScope
  readonly options: RunActivityOptions
  /** The options that the activity was defined with. */
  readonly defined: ResolvedActivityOptions
  readonly timeoutMs: number | undefined
  readonly retry: ResolvedRetryPolicy
  /** SHA-256 of the module's text. */
  readonly digest: string
}

/** What the memory keeps of work that is done once. */
interface KeptOutcome {
  readonly output: unknown
  readonly usage: Readonly<UsageMeter>
}

/**
 * Runs activities for agents: decides whether to compute at all, how often to
 * try and how long to wait.
 *
 * The trip of one activity, in the order of the methods below:
 *
 * 1. `run` asks the executor what the module exports, and settles the options of this run.
 * 2. `#runUnshared` just computes. `#runDeduplicated` goes through `memory.once`, which joins equal work that is
 *    running and reuses results that are stored: of shared activities, and of what a durable agent had begun.
 * 3. `#withRetry` makes attempts as the retry policy says.
 * 4. `#attempt` hands one attempt to the executor, within its time limit. With worker threads the trip goes on in
 *    `thread-executor.ts`, which lists its own steps.
 * 5. `#recordSuccess` reports the outcome.
 */
export class ActivityRunner {
  readonly #parts: ActivityRunnerParts
  #running = 0
  #isClosed = false

  constructor(parts: ActivityRunnerParts) {
    this.#parts = parts
  }

  /** Activities that run, wait for a worker, or wait for another attempt. */
  get running(): number {
    return this.#running
  }

  /** Starts no more activities. */
  close(): void {
    this.#isClosed = true
  }

  /** Runs an activity; see {@link RunActivityOptions}. @throws what the activity throws; FlockClosedError, OptionError */
  async run(module: string, name: string, input: unknown, options: RunActivityOptions): Promise<unknown> {
    if (this.#isClosed) throw new FlockClosedError()
    const principal = options.as ?? flockPrincipal
    const scope = new ReadScope({ lasts: true })
    if (options.scope) scope.noteLabel(options.scope.label)
    this.#running += 1
    try {
      const { digest, activities } = await this.#parts.executor.describe(module, options.signal)
      const defined = activities[name]
      if (!defined) throw new UnknownActivityError(module, name, Object.keys(activities))
      const run = { module, name, input, principal, scope, options, defined, digest, ...limitsOf(defined, options) }
      const key = this.#workKey(run)
      return await (key === undefined ? this.#runUnshared(run) : this.#runDeduplicated(run, key))
    } catch (error) {
      const { label } = scope
      this.#parts.emit({ type: 'activity.failed', activity: name, agent: principal.id, error, label })
      throw error
    } finally {
      options.scope?.noteLabel(scope.label)
      this.#running -= 1
    }
  }

  /** Runs with equal keys are the same work; `undefined` for a run that nobody shares. */
  #workKey({ name, input, options, defined, digest }: Run): string | undefined {
    // A durable agent's saved state holds the key of its work, so that finished work is not done again.
    if (!defined.shared) return options.key
    const identity = [digest, name, defined.version, this.#parts.modelId, input ?? null]
    return `activity/${name}@${defined.version}/${hash('sha256', encodeJson(identity), 'hex')}`
  }

  async #runUnshared(run: Run): Promise<unknown> {
    const outcome = await this.#withRetry(run, run.options.signal)
    this.#recordSuccess(run, outcome)
    return outcome.output
  }

  async #runDeduplicated(run: Run, key: string): Promise<unknown> {
    const { principal, options, name, scope } = run
    const work = async (context: WorkContext): Promise<KeptOutcome> => {
      const outcome = await this.#withRetry(run, context.signal)
      // An aborted activity may return anything but its result: that must not be kept.
      context.signal.throwIfAborted()
      this.#recordSuccess(run, outcome)
      const { output, usage, durationMs } = outcome
      context.reportUsage(usage.inputTokens + usage.outputTokens)
      context.reportDuration(durationMs)
      return { output, usage }
    }
    const { signal, leaseMs, claim } = options
    const once = { ...(signal && { signal }), ...(leaseMs !== undefined && { leaseMs }), ...(claim && { claim }) }
    const { value, reused, durationMs } = await this.#parts.memory.as(principal, scope).once(key, work, once)
    if (reused) {
      const { usage } = value
      this.#parts.emit({ type: 'activity.reused', activity: name, agent: principal.id, savedMs: durationMs, usage })
    }
    return value.output
  }

  #withRetry(run: Run, signal: AbortSignal | undefined): Promise<ActivityOutcome> {
    const { clock, emit } = this.#parts
    return withRetries({
      policy: run.retry,
      clock,
      signal,
      attempt: () => this.#attempt(run, signal),
      onRetry: (error, attempt, delayMs) =>
        emit({
          type: 'activity.retried',
          activity: run.name,
          agent: run.principal.id,
          error,
          attempt,
          delayMs,
          label: run.scope.label,
        }),
    })
  }

  #attempt(run: Run, signal: AbortSignal | undefined): Promise<ActivityOutcome> {
    const { executor, clock, emit, budget } = this.#parts
    const { module, name, input, principal, scope, options, defined, timeoutMs } = run
    const agent = principal.id
    emit({ type: 'activity.started', activity: name, agent })
    const budgets = [budget, options.budget].filter((one) => one !== undefined)
    // Its own name, so that one that waits for itself can be told from others of its kind.
    const chain = [...currentWork(), `${name}#${randomUUID().slice(0, 8)}`]
    const task = { module, name, kind: defined.kind, input, principal, label: scope.label, chain, budgets }
    const onLabel = (label: Label): void => scope.noteLabel(label)
    const onProgress = (value: unknown, label: Label): void => {
      scope.noteLabel(label)
      options.scope?.noteLabel(label)
      emit({ type: 'activity.progress', activity: name, agent, value, label })
      options.onProgress?.(value)
    }
    const limit = {
      clock,
      timeoutMs,
      signal,
      timeoutError: () => new ActivityTimeoutError(name, agent, timeoutMs ?? 0),
    }
    return withTimeout(limit, async (joined) => {
      const outcome = await executor.run(task, { signal: joined, onProgress, onLabel })
      scope.noteLabel(outcome.label)
      return outcome
    })
  }

  #recordSuccess({ name, principal }: Run, { durationMs, worker, usage }: ActivityOutcome): void {
    this.#parts.emit({ type: 'activity.done', activity: name, agent: principal.id, durationMs, worker, usage })
  }
}

const flockPrincipal: Principal = { id: 'flock', role: 'flock' }

/** For activities that have a retry policy. */
const retryDefaults: ResolvedRetryPolicy = { maxRetries: 4, baseDelayMs: 100, maxDelayMs: 10_000, jitter: 0.5 }
/** For all others. */
const noRetry: ResolvedRetryPolicy = { ...retryDefaults, maxRetries: 0 }

/** The caller's limits before the activity's own. @throws OptionError when a number is out of range. */
function limitsOf(defined: ResolvedActivityOptions, options: RunActivityOptions): Pick<Run, 'timeoutMs' | 'retry'> {
  const { timeoutMs = defined.timeoutMs, retry = defined.retry } = options
  if (timeoutMs !== undefined) requireDuration('timeoutMs', timeoutMs)
  return { timeoutMs, retry: retry ? resolveRetry(retry, retryDefaults) : noRetry }
}
