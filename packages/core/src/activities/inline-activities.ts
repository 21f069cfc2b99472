import { hash } from 'node:crypto'
import { threadId } from 'node:worker_threads'

import { OptionError } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { Account, asPartOf, ReadScope, requireOptions, requireStrings } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { abortWithGrace } from '../base/abort-with-grace.ts'
import { FlockClosedError } from '../base/flock-closed-error.ts'
import type { Model } from '../models/model.ts'
import { shareModel } from '../models/shared-model.ts'
import { requireRetry } from '../supervision/retry-policy.ts'
import { requireLimits, requireOnRetract } from './activity.ts'
import type { ActivityContext, ActivityOptions, ResolvedActivityOptions } from './activity.ts'
import type { ActivityOutcome, ActivityTask, Executor, RunOptions } from './executor.ts'

/** A function that runs on the thread that created the flock, with the context of an activity. */
export type RunInline<Input, Output> = (context: ActivityContext, input: Input) => Promise<Output> | Output

/** How an inline activity is run. */
export interface InlineOptions extends Pick<ActivityOptions, 'onRetract' | 'retry' | 'timeoutMs'> {
  /**
   * Declares that equal inputs mean equal results, and names the work. The whole flock then computes each result once,
   * keeps it, and reuses it. The text of the function is part of the key, but not what the function uses from outside:
   * put that into the input or the name.
   *
   * @defaultValue every run computes
   */
  readonly once?: string
}

/** Kinds of {@link InlineOptions}. */
export const inlineKinds: OptionKinds<InlineOptions> = {
  once: 'any',
  timeoutMs: 'any',
  retry: 'any',
  onRetract: 'any',
}

/** An inline activity, and what runs it. */
export interface InlineActivity {
  readonly name: string
  readonly executor: Pick<Executor, 'describe' | 'run'>
}

/** How long a function may go on after it was aborted, before its caller hears of the abort, in milliseconds. */
const graceMs = 2_000

/**
 * Runs functions of this thread as activities: with a view, the flock's model, a signal, and a scope that notes what they
 * read. They share the event loop with the agents, and nothing can end one that ignores its signal: its caller continues
 * without it.
 */
export class InlineActivities {
  readonly #memory: Memory
  readonly #model: Model
  readonly #closing = new AbortController()
  readonly #running = new Set<Promise<unknown>>()

  constructor(memory: Memory, model: Model) {
    this.#memory = memory
    this.#model = model
  }

  /** @throws OptionError */
  define(run: RunInline<never, unknown>, given: InlineOptions): InlineActivity {
    if (typeof run !== 'function') throw new OptionError('work', 'a function of context and input, or a handle', run)
    const { once, ...limits } = requireOptions('inline activity', given, inlineKinds)
    if (limits.retry !== undefined) requireRetry(limits.retry)
    requireLimits(limits)
    requireOnRetract(limits.onRetract)
    if (once !== undefined) requireKey(once, run)
    const name = once ?? (run.name || 'inline')
    const shared = once !== undefined
    const defined: ResolvedActivityOptions = { kind: 'io', shared, version: '1', ...limits }
    const described = { digest: shared ? textDigest(run) : '', activities: { [name]: defined } }
    return {
      name,
      executor: {
        describe: () => Promise.resolve(described),
        run: (task, options) => this.#track(this.#run(run, task, options)),
      },
    }
  }

  /** Aborts what runs, and waits for it; for what ignores its signal, 2 s at most. */
  async close(): Promise<void> {
    this.#closing.abort(new FlockClosedError())
    await Promise.allSettled(this.#running)
  }

  async #track<Result>(running: Promise<Result>): Promise<Result> {
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  async #run(run: RunInline<never, unknown>, task: ActivityTask, options: RunOptions = {}): Promise<ActivityOutcome> {
    const closing = this.#closing.signal
    const signal = options.signal ? AbortSignal.any([options.signal, closing]) : closing
    signal.throwIfAborted()
    const account = new Account()
    // What the function returns may hold bytes that it has read.
    using scope = new ReadScope({ copies: true })
    if (task.label) scope.noteLabel(task.label)
    scope.noteSources(task.sources ?? [])
    const memory = this.#memory.as(task.principal, scope)
    const context: ActivityContext = {
      memory,
      model: shareModel(this.#model, memory, { budgets: task.budgets ?? [] }),
      signal,
      traceparent: task.trace?.traceparent,
      progress: (value) => options.onProgress?.(value, scope.label),
    }
    const abort = abortWithGrace(signal, { graceMs, request: () => {}, force: () => {} })
    options.onStarted?.()
    const startedAt = performance.now()
    try {
      const work = asPartOf(task.chain ?? [], async () => run(context, task.input as never), account)
      const output = await Promise.race([work, abort.forced])
      const { label, sources } = scope
      return { output, durationMs: performance.now() - startedAt, worker: `thread-${threadId}`, label, sources }
    } catch (error) {
      // Its message may quote what the function has read.
      options.onLabel?.(scope.label)
      throw error
    } finally {
      abort.cancel()
      options.onCosts?.({ used: account.used, saved: account.saved, reused: account.reused })
    }
  }
}

/** @throws OptionError when results can't be kept under the key. */
function requireKey(once: string, run: RunInline<never, unknown>): void {
  requireStrings('once', [once])
  // All bound functions have one text, which says nothing about what they do.
  if (!textOf(run).replaceAll(/\s+/g, ' ').endsWith('{ [native code] }')) return
  throw new OptionError('once', 'left out for a bound or built-in function, whose text is not known', once)
}

function textDigest(run: RunInline<never, unknown>): string {
  return hash('sha256', textOf(run), 'hex')
}

function textOf(run: RunInline<never, unknown>): string {
  return Function.prototype.toString.call(run)
}
