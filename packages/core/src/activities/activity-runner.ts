import { hash, randomUUID } from 'node:crypto'

import {
  Account,
  asPartOf,
  currentAccount,
  currentWork,
  encodeJson,
  handOver,
  KeptByOther,
} from '@skein/memory/runtime'
import { noCost, ReadScope } from '@skein/memory/runtime'
import type { Memory, Principal, WorkContext } from '@skein/memory'
import type { Costs } from '@skein/memory/runtime'

import type { Clock } from '../base/clock.ts'
import { FlockClosedError } from '../base/flock-closed-error.ts'
import type { FlockEvent } from '../events/flock-events.ts'
import type { BudgetScope } from '../limits/budget.ts'
import { withRetries } from '../supervision/with-retries.ts'
import { tellRetry, tellReuse, tellSuccess, traceActivity, traceOrder } from '../tracing/trace-activity.ts'
import { ActivityQueueTimeoutError, ActivityTimeoutError, UnknownActivityError } from './activity-errors.ts'
import type { RunActivityOptions } from './activity-ref.ts'
import type { AskedRun, Run, Runs } from './activity-run.ts'
import { requireLimits, requireOnRetract } from './activity.ts'
import type { ActivityOutcome, Executor } from './executor.ts'
import { taskOf, taskOfWork } from './activity-task.ts'
import { OpenRuns } from './open-runs.ts'
import { limitsOf } from './run-limits.ts'
import { reportsOf } from './run-reports.ts'
import { titleOf } from './input-words.ts'
import { withTimeLimits } from './time-limits.ts'
import type { TimeLimits } from './time-limits.ts'

/** What an activity runner works with. */
export interface ActivityRunnerParts {
  readonly memory: Memory
  readonly executor: Executor
  /** Id of the model; part of the key of shared results. */
  readonly modelId: string
  /** Limits what all model calls may use. */
  readonly budgets: readonly BudgetScope[]
  readonly clock: Clock
  emit(event: FlockEvent): void
  /** Resolves when an agent is not paused; `undefined` when it is not. @throws the signal's reason */
  whenUnpaused?(agent: string, signal: AbortSignal | undefined): Promise<void> | undefined
  /** Counts what an activity took. */
  count(costs: Costs): void
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
 * 4. `#attempt` hands one attempt to the executor, within its time limits: one for waiting, one for running. With worker
 *    threads the trip goes on in `thread-executor.ts`, which lists its own steps.
 * 5. `#recordSuccess` reports the outcome.
 */
export class ActivityRunner {
  readonly #parts: ActivityRunnerParts
  readonly #runs = new OpenRuns<AskedRun>()
  #isClosed = false

  constructor(parts: ActivityRunnerParts) {
    this.#parts = parts
  }

  /** Activities that run, wait for a worker, or wait for another attempt. */
  get running(): number {
    return this.#runs.size
  }

  /** What a run that has not ended is about, for people; see `Flock.activityTitle`. */
  titleOf(run: string): string | undefined {
    return this.#runs.titleOf(run)
  }

  /** Aborts a run of an agent, if it has such a one. */
  cancel(agent: string, run: string, by: string): boolean {
    return this.#runs.cancel(agent, run, by)
  }

  /** Begins an ended run of an agent once more, if it is remembered: nobody is given its earlier result any longer. */
  repeat(agent: string, run: string): boolean {
    const asked = this.#runs.ended(agent, run)
    // Its failure is told by its events.
    if (asked) this.#repeat(asked).catch(() => {})
    return asked !== undefined
  }

  /** Lets the executor start what runs activities. */
  prepare(): void {
    if (!this.#isClosed) this.#parts.executor.prepare?.()
  }

  /** Starts no more activities. */
  close(): void {
    this.#isClosed = true
  }

  /** @throws FlockClosedError once no more activities may start. */
  requireOpen(): void {
    if (this.#isClosed) throw new FlockClosedError()
  }

  /**
   * Runs an activity; see {@link RunActivityOptions}.
   *
   * @param executor - Where it runs; by default where the flock runs those of modules.
   * @throws what the activity throws; FlockClosedError, OptionError
   */
  async run(
    module: string,
    name: string,
    input: unknown,
    options: RunActivityOptions,
    executor: Runs = this.#parts.executor,
  ): Promise<unknown> {
    this.requireOpen()
    requireLimits(options)
    requireOnRetract(options.onRetract)
    const principal = options.as ?? flockPrincipal
    const id = `${name}#${randomUUID().slice(0, 8)}`
    const scope = new ReadScope()
    if (options.scope) {
      scope.noteLabel(options.scope.label)
      scope.noteSources(options.scope.sources)
    }
    const asked = { executor, id, module, name, input, principal, scope, options }
    const run = { id, agent: principal.id, activity: name, title: titleOf(name, input), asked }
    const work = (signal: AbortSignal): Promise<unknown> =>
      this.#run({ ...asked, options: { ...options, signal } }, run.title)
    return traceActivity(this.#parts.memory, asked, () => this.#runs.during(run, options.signal, work))
  }

  async #run(asked: AskedRun, title: string): Promise<unknown> {
    const { executor, module, name, input, principal, scope, options, id } = asked
    const account = new Account()
    try {
      await this.#parts.whenUnpaused?.(principal.id, options.signal)
      const { queueTimeoutMs, signal } = options
      const waiting = this.#limits({ name, principal, signal, queueTimeoutMs, timeoutMs: undefined })
      const { digest, activities } = await withTimeLimits(waiting, (joined) => executor.describe(module, joined))
      const defined = activities[name]
      if (!defined) throw new UnknownActivityError(module, name, Object.keys(activities))
      const limits = limitsOf(defined, options, input)
      const key = this.#workKey({ name, input, options, defined, digest })
      const run = { ...asked, defined, digest, key, title, ...limits }
      const runIt = (): Promise<unknown> =>
        key === undefined ? this.#runUnshared(run) : this.#runDeduplicated(run, key)
      return await asPartOf(currentWork(), runIt, account)
    } catch (error) {
      const { label } = scope
      this.#parts.emit({ type: 'activity.failed', activity: name, agent: principal.id, run: id, error, label })
      throw error
    } finally {
      options.scope?.noteLabel(scope.label)
      currentAccount()?.add(account)
      this.#parts.count(account)
    }
  }

  /** Runs with equal keys are the same work; `undefined` for a run that nobody shares. */
  #workKey(of: Pick<Run, 'name' | 'input' | 'options' | 'defined'> & { readonly digest: string }): string | undefined {
    const { name, input, options, defined, digest } = of
    // A durable agent's saved state holds the key of its work, so that finished work is not done again.
    if (!defined.shared) return options.key
    const identity = [digest, name, defined.version, this.#parts.modelId, input ?? null]
    return `activity/${name}@${defined.version}/${hash('sha256', encodeJson(identity), 'base64url')}`
  }

  async #runUnshared(run: Run): Promise<unknown> {
    const outcome = await this.#withRetry(run, run.options.signal)
    this.#recordSuccess(run, outcome)
    return outcome.output
  }

  async #runDeduplicated(run: Run, key: string): Promise<unknown> {
    const { id, principal, options, name, scope, defined, title, executor } = run
    // An activity may return nothing, so what the memory keeps is an object.
    const work = async (context: WorkContext): Promise<Kept | KeptByOther> => {
      const outcome = await this.#withRetry(run, context.signal)
      // An aborted activity may return anything but its result: that must not be kept.
      context.signal.throwIfAborted()
      this.#recordSuccess(run, outcome)
      context.reportDuration(outcome.durationMs)
      const kept = { output: outcome.output }
      return outcome.isKept === undefined ? kept : new KeptByOther(kept, outcome.isKept)
    }
    const { signal, leaseMs, claim, onRetract = defined.onRetract ?? 'keep' } = options
    this.#runs.keptAs(id, principal, key)
    const once = {
      title,
      onRetract,
      ...(signal && { signal }),
      ...(leaseMs !== undefined && { leaseMs }),
      ...(claim && { claim }),
    }
    const { memory, budgets } = this.#parts
    const view = memory.as(principal, scope)
    const order = executor.orderOf && ((): unknown => executor.orderOf?.(taskOfWork(run, key, { budgets })))
    const { value, reused, cost } = await handOver<Kept>(view, key, order, work, once)
    tellReuse(reused)
    if (reused) this.#parts.emit({ type: 'activity.reused', activity: name, agent: principal.id, run: id, saved: cost })
    return value.output
  }

  async #repeat({ executor, module, name, input, principal, scope, options: given }: AskedRun): Promise<void> {
    const { signal: _signal, onProgress: _told, key: _key, leaseMs: _leaseMs, claim: _claim, ...options } = given
    const { digest, activities } = await executor.describe(module)
    const defined = activities[name]
    const key = defined && this.#workKey({ name, input, options, defined, digest })
    if (key !== undefined) await this.#parts.memory.as(principal).forgetWork(key)
    const again = new ReadScope()
    again.noteLabel(scope.label)
    again.noteSources(given.scope?.sources ?? [])
    await this.run(module, name, input, { ...options, as: principal, scope: again }, executor)
  }

  #withRetry(run: Run, signal: AbortSignal | undefined): Promise<ActivityOutcome> {
    const { clock, emit } = this.#parts
    return withRetries({
      policy: run.retry,
      clock,
      signal,
      attempt: (retry) => this.#attempt(run, signal, retry),
      onRetry: (error, attempt, delayMs) => {
        tellRetry(error, attempt, delayMs)
        emit({
          type: 'activity.retried',
          activity: run.name,
          agent: run.principal.id,
          run: run.id,
          error,
          attempt,
          delayMs,
          label: run.scope.label,
        })
      },
    })
  }

  #attempt(run: Run, signal: AbortSignal | undefined, retry: number): Promise<ActivityOutcome> {
    const { budgets } = this.#parts
    const { executor, scope } = run
    const isHanded = run.key !== undefined && executor.orderOf !== undefined
    const task = taskOf(run, { budgets, trace: traceOrder(), retry, isHanded })
    return withTimeLimits(this.#limits({ ...run, signal }), async (joined, timer) => {
      const outcome = await executor.run(task, { signal: joined, ...reportsOf(run, timer, this.#parts) })
      scope.noteLabel(outcome.label)
      scope.noteSources(outcome.sources ?? [])
      return outcome
    })
  }

  #limits(
    of: Pick<Run, 'name' | 'principal' | 'timeoutMs' | 'queueTimeoutMs'> & Pick<TimeLimits, 'signal'>,
  ): TimeLimits {
    const { name, principal, timeoutMs, queueTimeoutMs, signal } = of
    return {
      clock: this.#parts.clock,
      timeoutMs,
      queueTimeoutMs,
      signal,
      timeoutError: (phase) =>
        phase === 'queued'
          ? new ActivityQueueTimeoutError(name, principal.id, queueTimeoutMs ?? 0)
          : new ActivityTimeoutError(name, principal.id, timeoutMs ?? 0),
    }
  }

  #recordSuccess({ id, name, principal }: Run, { durationMs, worker }: ActivityOutcome): void {
    const used = { ...(currentAccount()?.used ?? noCost), ms: durationMs }
    tellSuccess(worker, used)
    this.#parts.emit({ type: 'activity.done', activity: name, agent: principal.id, run: id, durationMs, worker, used })
  }
}

/** What the memory keeps. */
interface Kept {
  readonly output: unknown
}

const flockPrincipal: Principal = { id: 'flock', role: 'flock' }
