import { fromEnvelope, toEnvelope } from '@skein/memory/runtime'
import type { Memory } from '@skein/memory'

import type { ThreadNews, ThreadReply, ThreadRequest } from './activity-thread.ts'
import { ActivityInputError, FlockClosedError, ThreadLostError } from '../errors.ts'
import type { ActivityOutcome, ActivityTask, Executor, ModuleDescription, RunOptions } from './executor.ts'
import type { Model } from '../models/model.ts'
import { resolveThreadOptions } from './thread-executor-options.ts'
import type { ResolvedThreadOptions, ThreadExecutorOptions } from './thread-executor-options.ts'
import { ThreadPool } from './thread-pool.ts'
import { warn } from '../base/warn.ts'
import { whenAborted } from '../base/when-aborted.ts'

interface Running {
  readonly task: ActivityTask
  readonly onProgress: ((value: unknown) => void) | undefined
  thread?: number
  /** Whether others ran in its thread at some time, so that it may have lost it through no fault of its own. */
  sharedItsThread: boolean
}

/**
 * Runs activities on worker threads of this process.
 *
 * @throws OptionError when a number is out of range.
 */
export function threadExecutor(memory: Memory, model: Model, options: ThreadExecutorOptions = {}): Executor {
  return new ThreadExecutor(memory, model, resolveThreadOptions(options))
}

class ThreadExecutor implements Executor {
  readonly #memory: Memory
  readonly #model: Model
  readonly #options: ResolvedThreadOptions
  readonly #pools = new Map<ActivityTask['kind'], ThreadPool>()
  readonly #descriptions = new Map<string, Promise<ModuleDescription>>()
  readonly #running = new Map<number, Running>()
  readonly #asked = new Set<Promise<unknown>>()
  /** Threads that were ended because an aborted activity did not listen; their ids are never used again. */
  readonly #endedThreads = new Set<number>()
  /** Threads that were ended because they took too much memory, and what is to be said about it. */
  readonly #overBudgetThreads = new Map<number, Error>()
  #tasks = 0
  #closing: Promise<void> | undefined

  constructor(memory: Memory, model: Model, options: ResolvedThreadOptions) {
    this.#memory = memory
    this.#model = model
    this.#options = options
  }

  get waiting(): number {
    let waiting = 0
    for (const { slots: turns } of this.#pools.values()) waiting += turns.waiting
    return waiting
  }

  async describe(module: string, signal?: AbortSignal): Promise<ModuleDescription> {
    let description = this.#descriptions.get(module)
    if (!description) {
      // Any thread can tell: one that runs already, if there is one.
      const kind = this.#pools.keys().next().value ?? 'io'
      description = this.#request(kind, { type: 'describe', module }) as Promise<ModuleDescription>
      this.#descriptions.set(module, description)
      description.catch(() => this.#descriptions.delete(module))
    }
    const stop = signal && whenAborted(signal)
    try {
      return await (stop ? Promise.race([description, stop.promise]) : description)
    } finally {
      stop?.cancel()
    }
  }

  async run(task: ActivityTask, options: RunOptions = {}): Promise<ActivityOutcome> {
    for (let isAlone = task.kind === 'compute'; ;) {
      const running = { task, onProgress: options.onProgress, sharedItsThread: false }
      try {
        return await this.#runOnPool(isAlone ? 'compute' : 'io', running, options.signal)
      } catch (error) {
        if (!(error instanceof ThreadLostError) || isAlone || !running.sharedItsThread) throw error
        // The thread ended, and nobody knows through whom: where it is alone, each fails by itself only.
        isAlone = !this.#isEndedByUs(running)
      }
    }
  }

  async #runOnPool(
    kind: ActivityTask['kind'],
    running: Running,
    signal: AbortSignal | undefined,
  ): Promise<ActivityOutcome> {
    if (this.#closing) throw new FlockClosedError()
    signal?.throwIfAborted()
    const id = (this.#tasks += 1)
    this.#running.set(id, running)
    const abort = signal && this.#abortOnSignal(id, signal)
    try {
      const asked = this.#request(kind, { type: 'run', id, task: running.task }, signal)
      return (await (abort ? Promise.race([asked, abort.gaveUp]) : asked)) as ActivityOutcome
    } catch (error) {
      // Whatever a thread's end looks like from here: the caller asked for it.
      signal?.throwIfAborted()
      const why = running.thread === undefined ? undefined : this.#overBudgetThreads.get(running.thread)
      throw why && error instanceof ThreadLostError ? new ThreadLostError(running.task.name, why) : error
    } finally {
      abort?.cancel()
      this.#running.delete(id)
    }
  }

  async #request(kind: ActivityTask['kind'], request: ThreadRequest, signal?: AbortSignal): Promise<unknown> {
    if (this.#closing) throw new FlockClosedError()
    const pool = this.#pool(kind)
    const reply = await pool.slots.run(() => this.#dispatch(pool, request), signal)
    if ('error' in reply) throw fromEnvelope(reply.error)
    return reply.value
  }

  async #dispatch(pool: ThreadPool, request: ThreadRequest): Promise<ThreadReply> {
    const name = request.type === 'run' ? request.task.name : request.module
    const asked = pool.send(request)
    this.#asked.add(asked)
    try {
      return await asked
    } catch (error) {
      if (this.#closing) throw new FlockClosedError()
      if (error instanceof Error && error.name === 'DataCloneError') throw new ActivityInputError(name, 'input', error)
      throw new ThreadLostError(name, error)
    } finally {
      this.#asked.delete(asked)
    }
  }

  #pool(kind: ActivityTask['kind']): ThreadPool {
    const found = this.#pools.get(kind)
    if (found) return found
    const data = { share: this.#memory.share(), model: this.#model.descriptor }
    const pool = new ThreadPool(kind, this.#options, data, {
      onThread: (port) => {
        if (this.#closing) throw new FlockClosedError()
        this.#memory.connect(port)
      },
      onNews: (thread, news) => this.#receive(thread, news),
      onOverBudget: (thread, why) => this.#overBudgetThreads.set(thread, why),
    })
    this.#pools.set(kind, pool)
    return pool
  }

  #receive(thread: number, message: ThreadNews): void {
    const running = this.#running.get(message.id)
    if (!running) return
    if (message.type === 'started') this.#started(running, thread)
    else {
      try {
        running.onProgress?.(message.value)
      } catch (error) {
        warn(error)
      }
    }
  }

  #started(running: Running, thread: number): void {
    running.thread = thread
    for (const other of this.#running.values()) {
      if (other === running || other.thread !== thread) continue
      other.sharedItsThread = true
      running.sharedItsThread = true
    }
  }

  /** Whether its thread was ended for the sake of another activity, which is known: it may run among others again. */
  #isEndedByUs({ thread }: Running): boolean {
    return thread !== undefined && this.#endedThreads.has(thread)
  }

  /** First asks the activity to end; ends its thread when it does not listen. */
  #abortOnSignal(id: number, signal: AbortSignal): { gaveUp: Promise<never>; cancel(): void } {
    const { promise: gaveUp, reject } = Promise.withResolvers<never>()
    // Nobody may be waiting any more when the grace period ends.
    gaveUp.catch(() => {})
    let grace: NodeJS.Timeout | undefined
    const onAbort = (): void => {
      this.#order(id, signal.reason)
      grace = setTimeout(() => {
        reject(signal.reason as Error)
        this.#endThread(this.#running.get(id)?.thread)
      }, this.#options.graceMs)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    return {
      gaveUp,
      cancel: () => {
        clearTimeout(grace)
        signal.removeEventListener('abort', onAbort)
      },
    }
  }

  #order(id: number, reason: unknown): void {
    for (const pool of this.#pools.values()) pool.order({ abort: id, reason: toEnvelope(reason) })
  }

  #endThread(thread: number | undefined): void {
    if (thread !== undefined) this.#endedThreads.add(thread)
    for (const pool of this.#pools.values()) pool.end(thread)
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const pools = [...this.#pools.values()]
    for (const pool of pools) pool.close(new FlockClosedError())
    // A pool that is destroyed while a thread still has something to say throws it at the process: end the tasks first.
    for (const id of this.#running.keys()) this.#order(id, new FlockClosedError())
    const grace = setTimeout(() => {
      for (const worker of pools.flatMap(({ threads }) => threads)) void worker.terminate()
    }, this.#options.graceMs)
    await Promise.allSettled(this.#asked)
    clearTimeout(grace)
    await Promise.all(pools.map((pool) => pool.destroy(this.#options.graceMs)))
  }
}
