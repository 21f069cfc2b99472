import { fromEnvelope, toEnvelope } from '@skein/memory/runtime'
import type { Memory, Principal } from '@skein/memory'

import { FlockClosedError } from '../base/flock-closed-error.ts'
import { whenAborted } from '../base/when-aborted.ts'
import type { Model } from '../models/model.ts'
import { abortWithGrace } from './abort-with-grace.ts'
import { ActivityInputError, ThreadLostError } from './activity-errors.ts'
import type { ActivityOutcome, ActivityTask, Executor, ModuleDescription, RunOptions } from './executor.ts'
import { RunningTasks } from './running-tasks.ts'
import type { RunningTask } from './running-tasks.ts'
import { resolveThreadOptions } from './thread-executor-options.ts'
import type { ResolvedThreadOptions, ThreadExecutorOptions } from './thread-executor-options.ts'
import { ThreadPool } from './thread-pool.ts'
import type { ThreadReply, ThreadRequest } from './thread-protocol.ts'

/**
 * Runs activities on worker threads of this process.
 *
 * @throws OptionError when a number is out of range.
 */
export function threadExecutor(memory: Memory, model: Model, options: ThreadExecutorOptions = {}): Executor {
  return new ThreadExecutor(memory, model, resolveThreadOptions(options))
}

/**
 * Executes tasks on two thread pools, one for each kind of activity.
 *
 * The trip of one task, in the order of the methods below:
 *
 * 1. `run` runs it once, or again where another task cost it its thread.
 * 2. `#runOnPool` registers it as running and watches its signal: a task that ignores it loses its thread.
 * 3. `#request` waits for a free slot of the pool (`#inSlot`); `describe` enters here.
 * 4. `#dispatch` sends the request to a thread (`ThreadPool.send`) and translates failures of the thread.
 *
 * Meanwhile the thread reports the start and the progress of the task to `RunningTasks`.
 */
class ThreadExecutor implements Executor {
  readonly #memory: Memory
  readonly #model: Model
  readonly #options: ResolvedThreadOptions
  readonly #pools = new Map<ActivityTask['kind'], ThreadPool>()
  readonly #descriptions = new Map<string, Promise<ModuleDescription>>()
  readonly #tasks = new RunningTasks()
  readonly #sent = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  constructor(memory: Memory, model: Model, options: ResolvedThreadOptions) {
    this.#memory = memory
    this.#model = model
    this.#options = options
  }

  get waiting(): number {
    let waiting = 0
    for (const { slots } of this.#pools.values()) waiting += slots.waiting
    return waiting
  }

  async run(given: ActivityTask, options: RunOptions = {}): Promise<ActivityOutcome> {
    const task = { ...given, principal: this.#inThread(given.principal) }
    for (let { kind } = task; ;) {
      const running = this.#tasks.add(task, options)
      try {
        return await this.#runOnPool(kind, running)
      } catch (error) {
        // Each thread of the compute pool runs one task at a time.
        const again = kind === 'compute' ? undefined : this.#tasks.retryPool(running, error)
        if (!again) throw error
        kind = again === 'alone' ? 'compute' : 'io'
      } finally {
        this.#tasks.remove(running)
      }
    }
  }

  async #runOnPool(kind: ActivityTask['kind'], running: RunningTask): Promise<ActivityOutcome> {
    const { signal, onLabel } = running.options
    signal?.throwIfAborted()
    const { id, task } = running
    const abort =
      signal &&
      abortWithGrace(signal, {
        graceMs: this.#options.graceMs,
        request: (reason) => this.#requestAbort(id, reason),
        force: () => this.#terminateThread(running),
      })
    try {
      const reply = this.#request(kind, { type: 'run', id, pass: running.pass, task }, signal, onLabel)
      return (await (abort ? Promise.race([reply, abort.forced]) : reply)) as ActivityOutcome
    } catch (error) {
      // Whatever the end of a thread looks like from here: the caller asked for it.
      signal?.throwIfAborted()
      throw this.#tasks.explain(running, error)
    } finally {
      abort?.cancel()
    }
  }

  /** The principal, with those rights that may reach a thread. */
  #inThread(principal: Principal): Principal {
    const { rights = [] } = principal
    return { ...principal, rights: rights.filter((right) => this.#options.rights.includes(right)) }
  }

  async describe(module: string, signal?: AbortSignal): Promise<ModuleDescription> {
    let description = this.#descriptions.get(module)
    if (!description) {
      // Any thread will do: preferably one that already runs.
      const kind = this.#pools.keys().next().value ?? 'io'
      description = this.#request(kind, { type: 'describe', module }) as Promise<ModuleDescription>
      this.#descriptions.set(module, description)
      description.catch(() => this.#descriptions.delete(module))
    }
    const aborted = signal && whenAborted(signal)
    try {
      return await (aborted ? Promise.race([description, aborted.promise]) : description)
    } finally {
      aborted?.cancel()
    }
  }

  async #request(
    kind: ActivityTask['kind'],
    request: ThreadRequest,
    signal?: AbortSignal,
    onLabel?: RunOptions['onLabel'],
  ): Promise<unknown> {
    if (this.#closing) throw new FlockClosedError()
    const pool = this.#pool(kind)
    const reply = await this.#inSlot(pool, request, signal)
    if ('error' in reply) {
      if (reply.label) onLabel?.(reply.label)
      throw fromEnvelope(reply.error)
    }
    return reply.value
  }

  /** Dispatches a request when there is room, unless those who have the room wait for it. */
  async #inSlot(pool: ThreadPool, request: ThreadRequest, signal: AbortSignal | undefined): Promise<ThreadReply> {
    const task = request.type === 'run' ? request.task : undefined
    const chain = task?.chain ?? []
    // What is not part of other work has nobody who waits for it and keeps its room meanwhile.
    if (!task || chain.length < 2 || pool.slots.hasRoom) {
      return pool.slots.run(() => this.#dispatch(pool, request), signal)
    }
    const stop = new AbortController()
    const begun = Promise.withResolvers<void>()
    const begin = (): Promise<ThreadReply> => {
      begun.resolve()
      return this.#dispatch(pool, request)
    }
    const reply = pool.slots.run(begin, signal ? AbortSignal.any([signal, stop.signal]) : stop.signal)
    const wait = Promise.race([begun.promise, reply.then(() => {})])
    try {
      await this.#memory.as(task.principal).waitFor(wait, { chain, anyOf: () => [...pool.running], signal })
    } catch (error) {
      stop.abort(error)
    }
    return reply
  }

  async #dispatch(pool: ThreadPool, request: ThreadRequest): Promise<ThreadReply> {
    const name = request.type === 'run' ? request.task.name : request.module
    const running = request.type === 'run' ? request.task.chain?.at(-1) : undefined
    const sent = pool.send(request)
    this.#sent.add(sent)
    if (running !== undefined) pool.running.add(running)
    try {
      return await sent
    } catch (error) {
      if (this.#closing) throw new FlockClosedError()
      if (error instanceof Error && error.name === 'DataCloneError') throw new ActivityInputError(name, 'input', error)
      throw new ThreadLostError(name, error)
    } finally {
      this.#sent.delete(sent)
      if (running !== undefined) pool.running.delete(running)
    }
  }

  #pool(kind: ActivityTask['kind']): ThreadPool {
    const existing = this.#pools.get(kind)
    if (existing) return existing
    const data = { model: this.#model.descriptor }
    const pool = new ThreadPool(kind, this.#options, data, {
      onThread: (port) => {
        if (this.#closing) throw new FlockClosedError()
        this.#memory.connect(port, this.#tasks)
      },
      onEvent: (threadId, event) => this.#tasks.onEvent(threadId, event),
      onOverBudget: (threadId, why) => this.#tasks.onOverBudget(threadId, why),
    })
    this.#pools.set(kind, pool)
    return pool
  }

  #requestAbort(id: number, reason: unknown): void {
    for (const pool of this.#pools.values()) pool.requestAbort({ abort: id, reason: toEnvelope(reason) })
  }

  #terminateThread({ threadId }: RunningTask): void {
    if (threadId === undefined) return
    this.#tasks.onAborted(threadId)
    for (const pool of this.#pools.values()) pool.terminate(threadId)
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const pools = [...this.#pools.values()]
    for (const pool of pools) pool.close(new FlockClosedError())
    // If a pool is destroyed while a thread still replies, piscina throws at the process: end the tasks first.
    for (const id of this.#tasks.ids()) this.#requestAbort(id, new FlockClosedError())
    const grace = setTimeout(() => {
      for (const worker of pools.flatMap(({ threads }) => threads)) void worker.terminate()
    }, this.#options.graceMs)
    await Promise.allSettled(this.#sent)
    clearTimeout(grace)
    await Promise.all(pools.map((pool) => pool.destroy(this.#options.graceMs)))
  }
}
