import { hash } from 'node:crypto'

import { OptionError } from '@skein/memory'
import { encodeJson } from '@skein/memory/runtime'
import type { Memory, Principal, WorkContext } from '@skein/memory'

import type { RunActivityOptions } from './activity-ref.ts'
import type { ActivityOptions } from './activity.ts'
import { longestTimer } from '../base/clock.ts'
import type { Clock } from '../base/clock.ts'
import { ActivityTimeoutError, FlockClosedError, UnknownActivityError } from '../errors.ts'
import type { ActivityOutcome, ActivityUsage, Executor } from './executor.ts'
import type { Counts } from '../events/event-hub.ts'
import type { FlockEvent } from '../events/flock-events.ts'
import type { BudgetScope } from '../models/budget.ts'
import { requireRetry, withRetries } from './retry.ts'

/** What a shared activity's work record keeps. */
interface SharedOutcome {
  readonly output: unknown
  readonly usage: ActivityUsage
}

/** Which activity runs for whom. */
interface Run {
  readonly module: string
  readonly name: string
  readonly input: unknown
  readonly principal: Principal
  readonly options: RunActivityOptions
  readonly settings: ActivityOptions & { readonly kind: 'compute' | 'io' }
}

/** What an activity runner works with. */
export interface ActivityRunnerParts {
  readonly memory: Memory
  readonly executor: Executor
  /** Id of the model; part of the key of shared results. */
  readonly modelId: string
  /** What all model calls may use up. */
  readonly budget: BudgetScope | undefined
  readonly clock: Clock
  readonly stats: Counts
  emit(event: FlockEvent): void
}

/**
 * Has activities run: decides whether at all, joins equal work, tries again,
 * limits the time, and tells what happens.
 */
export class ActivityRunner {
  readonly #parts: ActivityRunnerParts
  #running = 0
  #isClosed = false

  constructor(parts: ActivityRunnerParts) {
    this.#parts = parts
  }

  /** Activities under way, those that wait for their turn or another try included. */
  get running(): number {
    return this.#running
  }

  close(): void {
    this.#isClosed = true
  }

  async run(module: string, name: string, input: unknown, options: RunActivityOptions): Promise<unknown> {
    if (this.#isClosed) throw new FlockClosedError()
    const principal = options.as ?? flockPrincipal
    this.#running += 1
    try {
      const { digest, activities } = await this.#parts.executor.describe(module, options.signal)
      const described = activities[name]
      if (!described) throw new UnknownActivityError(module, name, Object.keys(activities))
      const settings = { ...described, ...definedOnly(options) }
      requireLimits(settings)
      const run = { module, name, input, principal, options, settings }
      if (!described.shared) return await this.#runUnshared(run)
      const what = [digest, name, described.version, this.#parts.modelId, input ?? null]
      return await this.#runDeduplicated(run, `activity/${name}@${described.version}/${digestOf(what)}`)
    } catch (error) {
      this.#parts.emit({ type: 'activity.failed', activity: name, agent: principal.id, error })
      throw error
    } finally {
      this.#running -= 1
    }
  }

  async #runUnshared(run: Run): Promise<unknown> {
    // A durable agent's work is known by the key that its saved state holds: what was finished is not done again.
    if (run.options.key !== undefined) return this.#runDeduplicated(run, run.options.key)
    return this.#recordSuccess(run, await this.#withRetry(run, run.options.signal)).output
  }

  async #runDeduplicated(run: Run, key: string): Promise<unknown> {
    const { memory, stats, emit } = this.#parts
    const { principal, options, name } = run
    const work = async (context: WorkContext): Promise<SharedOutcome> => {
      const outcome = await this.#withRetry(run, context.signal)
      // What an activity gives when it was told to stop may be anything but its result.
      context.signal.throwIfAborted()
      const { output, usage } = this.#recordSuccess(run, outcome)
      context.reportUsage(usage.inputTokens + usage.outputTokens)
      context.reportDuration(outcome.durationMs)
      return { output, usage }
    }
    const { signal, leaseMs, claim } = options
    const once = { ...(signal && { signal }), ...(leaseMs !== undefined && { leaseMs }), ...(claim && { claim }) }
    const { value, reused, durationMs } = await memory.as(principal).once(key, work, once)
    if (reused) {
      stats.reusedActivities += 1
      stats.savedMs += durationMs
      stats.reusedCalls += value.usage.modelCalls
      stats.savedTokens += value.usage.inputTokens + value.usage.outputTokens
      emit({ type: 'activity.reused', activity: name, agent: principal.id, savedMs: durationMs })
    }
    return value.output
  }

  #withRetry(run: Run, signal: AbortSignal | undefined): Promise<ActivityOutcome> {
    const { retry = { attempts: 1 } } = run.settings
    const about = { activity: run.name, agent: run.principal.id }
    return withRetries(
      retry,
      this.#parts.clock,
      () => this.#attempt(run, signal),
      signal,
      (error, attempt, delayMs) => this.#parts.emit({ type: 'activity.retried', ...about, error, attempt, delayMs }),
    )
  }

  async #attempt({ module, name, input, principal, options, settings }: Run, signal: AbortSignal | undefined) {
    const { executor, clock, emit } = this.#parts
    const about = { activity: name, agent: principal.id }
    emit({ type: 'activity.started', ...about })
    const onProgress = (value: unknown): void => {
      emit({ type: 'activity.progress', ...about, value })
      options.onProgress?.(value)
    }
    const budgets = [this.#parts.budget, options.budget].filter((budget) => budget !== undefined)
    const task = { module, name, kind: settings.kind, input, principal, budgets }
    const { timeoutMs } = settings
    if (timeoutMs === undefined) return executor.run(task, { signal, onProgress })
    const late = new AbortController()
    const timer = clock.setTimeout(() => late.abort(new ActivityTimeoutError(name, principal.id, timeoutMs)), timeoutMs)
    try {
      return await executor.run(task, {
        signal: AbortSignal.any([late.signal, ...(signal ? [signal] : [])]),
        onProgress,
      })
    } catch (error) {
      // An activity that ends by itself when it is aborted may say so in words of its own.
      throw late.signal.aborted && !signal?.aborted ? late.signal.reason : error
    } finally {
      clock.clearTimeout(timer)
    }
  }

  #recordSuccess({ name, principal }: Run, outcome: ActivityOutcome): ActivityOutcome {
    const { stats, emit } = this.#parts
    const { usage, durationMs, worker } = outcome
    stats.activities += 1
    for (const counted of ['modelCalls', 'reusedCalls', 'savedTokens', 'inputTokens', 'outputTokens'] as const) {
      stats[counted] += usage[counted]
    }
    emit({ type: 'activity.done', activity: name, agent: principal.id, durationMs, worker, usage })
    return outcome
  }
}

const flockPrincipal: Principal = { id: 'flock', role: 'flock' }

function definedOnly({ timeoutMs, retry }: RunActivityOptions): Pick<RunActivityOptions, 'timeoutMs' | 'retry'> {
  return { ...(timeoutMs !== undefined && { timeoutMs }), ...(retry && { retry }) }
}

function requireLimits({ timeoutMs, retry }: ActivityOptions): void {
  if (timeoutMs !== undefined && !(Number.isFinite(timeoutMs) && timeoutMs > 0 && timeoutMs <= longestTimer)) {
    throw new OptionError('timeoutMs', `a number of milliseconds above 0, at most ${longestTimer}`, timeoutMs)
  }
  if (retry) requireRetry(retry)
}

function digestOf(inputs: readonly unknown[]): string {
  return hash('sha256', encodeJson(inputs), 'hex')
}
