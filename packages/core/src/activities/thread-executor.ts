import { fromEnvelope, toEnvelope } from '@skein/memory/runtime'
import type { Memory, Principal } from '@skein/memory'

import { FlockClosedError } from '../base/flock-closed-error.ts'
import { whenAborted } from '../base/when-aborted.ts'
import type { Model } from '../models/model.ts'
import { abortWithGrace } from './abort-with-grace.ts'
import { ActivityQueueFullError, ThreadLostError, ThreadStartError } from './activity-errors.ts'
import type { ActivityOutcome, ActivityTask, Executor, ModuleDescription, RunOptions } from './executor.ts'
import { LoadWatch } from './load-watch.ts'
import { isMoved } from './move.ts'
import { refuseNestedFlock } from './nested-flock.ts'
import { RunningTasks } from './running-tasks.ts'
import type { RunningTask } from './running-tasks.ts'
import { resolveThreadOptions } from './thread-executor-options.ts'
import type { ResolvedThreadOptions, ThreadExecutorOptions } from './thread-executor-options.ts'
import { errorClasses, explainFailure, moduleOf } from './thread-failure.ts'
import { ThreadPool } from './thread-pool.ts'
import { storeModule } from './thread-protocol.ts'
import type { ThreadPoolListener } from './thread-pool.ts'
import type { ThreadEvent, ThreadReply, ThreadRequest } from './thread-protocol.ts'

/**
 * Runs activities on worker threads of this process.
 *
 * @throws OptionError when an option is out of range.
 * @throws NestedFlockError in a thread that runs activities itself.
 */
export function threadExecutor(memory: Memory, model: Model, options: ThreadExecutorOptions = {}): Executor {
  refuseNestedFlock()
  return new ThreadExecutor(memory, model, resolveThreadOptions(options))
}

/** Threads that may end, one after the other, before they begin with a request. */
const maxAttempts = 3

/**
 * Executes tasks on two thread pools, one for each kind of activity.
 *
 * The trip of one task, in the order of the methods below:
 *
 * 1. `run` runs it once, or again where another task cost it its thread.
 * 2. `#runOnPool` registers it as running and watches its signal: a task that ignores it loses its thread.
 * 3. `#request` waits for a free slot of the pool (`#inSlot`); `describe` enters here.
 * 4. `#dispatch` and `#send` send the request to a thread (`ThreadPool.send`) and translate failures of the thread.
 *
 * Meanwhile the thread reports the start and the progress of the task (`#onEvent`).
 */
class ThreadExecutor implements Executor {
  readonly #memory: Memory
  readonly #model: Model
  readonly #options: ResolvedThreadOptions
  readonly #pools = new Map<ActivityTask['kind'], ThreadPool>()
  readonly #descriptions = new Map<string, Promise<ModuleDescription>>()
  readonly #tasks = new RunningTasks()
  readonly #loads: LoadWatch
  /** Modules that tried to make a flock in a thread. */
  readonly #refused = new Map<string, Error>()
  readonly #sent = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  constructor(memory: Memory, model: Model, options: ResolvedThreadOptions) {
    this.#memory = memory
    this.#model = model
    this.#options = options
    this.#loads = new LoadWatch(options.loadTimeoutMs, (threadId) => this.#terminate(threadId))
  }

  get utilization(): NonNullable<Executor['utilization']> {
    return Object.fromEntries([...this.#pools].map(([kind, pool]) => [kind, pool.utilization]))
  }

  get waiting(): number {
    let waiting = 0
    for (const { slots } of this.#pools.values()) waiting += slots.waiting
    return waiting
  }

  async run(given: ActivityTask, options: RunOptions = {}): Promise<ActivityOutcome> {
    const task = { ...given, principal: this.#inThread(given.principal) }
    this.#requireRoom(task)
    // What is moved is gone with the thread.
    const isOnce = isMoved(task.input)
    for (let { kind } = task; ;) {
      const running = this.#tasks.add(task, options)
      try {
        return await this.#runOnPool(kind, running)
      } catch (error) {
        // Each thread of the compute pool runs one task at a time.
        const again = kind === 'compute' || isOnce ? undefined : this.#tasks.retryPool(running, error)
        if (!again) throw error
        kind = again === 'alone' ? 'compute' : 'io'
        options.onQueued?.()
      } finally {
        this.#tasks.remove(running)
      }
    }
  }

  async #runOnPool(kind: ActivityTask['kind'], running: RunningTask): Promise<ActivityOutcome> {
    const { signal } = running.options
    signal?.throwIfAborted()
    const { id, task } = running
    const abort =
      signal &&
      abortWithGrace(signal, {
        graceMs: this.#options.graceMs,
        request: (reason) => this.#requestAbort(id, reason),
        force: () => this.#terminate(running.threadId),
      })
    try {
      const reply = this.#request(kind, { type: 'run', id, pass: running.pass, task }, running.options)
      return (await (abort ? Promise.race([reply, abort.forced]) : reply)) as ActivityOutcome
    } catch (error) {
      // Whatever the end of a thread looks like from here: the caller asked for it.
      signal?.throwIfAborted()
      throw this.#tasks.explain(running, error)
    } finally {
      abort?.cancel()
    }
  }

  /** @throws ActivityQueueFullError */
  #requireRoom({ kind, name }: ActivityTask): void {
    const { maxQueue } = this.#options
    const slots = this.#pools.get(kind)?.slots
    if (slots && !slots.hasRoom && slots.waiting >= maxQueue) throw new ActivityQueueFullError(name, maxQueue)
  }

  /** The principal, with those rights that may reach a thread. */
  #inThread(principal: Principal): Principal {
    const { rights = [] } = principal
    return { ...principal, rights: rights.filter((right) => this.#options.rights.includes(right)) }
  }

  async describe(module: string, signal?: AbortSignal): Promise<ModuleDescription> {
    let description = this.#descriptions.get(module)
    if (!description) {
      // Any thread will do: preferably one that already runs and has nothing else to do.
      const [kind] = [...this.#pools].find(([, { slots }]) => slots.hasRoom) ?? ['io' as const]
      const request = { type: 'describe', id: this.#tasks.nextId(), module } as const
      description = this.#request(kind, request) as Promise<ModuleDescription>
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
    { signal, onLabel, onCosts }: Pick<RunOptions, 'signal' | 'onLabel' | 'onCosts'> = {},
  ): Promise<unknown> {
    if (this.#closing) throw new FlockClosedError()
    const refused = this.#refusalOf(request)
    if (refused) throw refused
    const pool = this.#pool(kind)
    const reply = await this.#inSlot(pool, request, signal)
    if (reply.costs) onCosts?.(reply.costs)
    if ('error' in reply) {
      if (reply.label) onLabel?.(reply.label)
      throw fromEnvelope(reply.error, errorClasses)
    }
    return reply.value
  }

  /** Why a request is refused whose module, or one that each thread loads, has tried to make a flock. */
  #refusalOf(request: ThreadRequest): Error | undefined {
    if (this.#refused.size === 0) return undefined
    const modules = [moduleOf(request), this.#model.descriptor.module, storeModule]
    return modules.map((module) => this.#refused.get(module)).find((error) => error !== undefined)
  }

  /** Dispatches a request when there is room, unless those who have the room wait for it. */
  async #inSlot(pool: ThreadPool, request: ThreadRequest, signal: AbortSignal | undefined): Promise<ThreadReply> {
    const task = request.type === 'run' ? request.task : undefined
    const chain = task?.chain ?? []
    // What is not part of other work has nobody who waits for it and keeps its room meanwhile.
    if (!task || chain.length < 2 || pool.slots.hasRoom) {
      return pool.slots.run(() => this.#dispatch(pool, request), signal, task?.priority)
    }
    const stop = new AbortController()
    const begun = Promise.withResolvers<void>()
    const begin = (): Promise<ThreadReply> => {
      begun.resolve()
      return this.#dispatch(pool, request)
    }
    const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
    const reply = pool.slots.run(begin, either, task.priority)
    const wait = Promise.race([begun.promise, reply.then(() => {})])
    try {
      await this.#memory.as(task.principal).waitFor(wait, { chain, anyOf: () => [...pool.running], signal })
    } catch (error) {
      stop.abort(error)
    }
    return reply
  }

  async #dispatch(pool: ThreadPool, request: ThreadRequest): Promise<ThreadReply> {
    const running = request.type === 'run' ? request.task.chain?.at(-1) : undefined
    const sent = this.#send(pool, request)
    this.#sent.add(sent)
    if (running !== undefined) pool.running.add(running)
    try {
      return await sent
    } finally {
      this.#sent.delete(sent)
      if (running !== undefined) pool.running.delete(running)
    }
  }

  async #send(pool: ThreadPool, request: ThreadRequest): Promise<ThreadReply> {
    const isOnce = request.type === 'run' && isMoved(request.task.input)
    for (let attempts = 1; ; attempts += 1) {
      const watched = this.#loads.add(request.id, moduleOf(request))
      try {
        return await pool.send(request)
      } catch (error) {
        if (this.#closing) throw new FlockClosedError()
        const failure = this.#refusalOf(request) ?? watched.expired ?? explainFailure(request, error, pool.hasStarted)
        // A thread that was about to end got it, and did nothing with it.
        const wasIdle = failure instanceof ThreadLostError && !watched.hasBegun
        if (!wasIdle || isOnce || attempts >= maxAttempts) throw failure
      } finally {
        this.#loads.remove(request.id)
      }
    }
  }

  #onEvent(threadId: number, event: ThreadEvent): void {
    if (event.type === 'refused') {
      this.#refused.set(event.module, fromEnvelope(event.error, errorClasses))
      return
    }
    this.#loads.onEvent(threadId, event)
    const isWanted = this.#tasks.onEvent(threadId, event)
    // It was aborted on its way, where no request to abort it could reach the thread.
    if (!isWanted && event.type !== 'progress') this.#requestAbort(event.id, new DOMException('Aborted.', 'AbortError'))
  }

  #pool(kind: ActivityTask['kind']): ThreadPool {
    const existing = this.#pools.get(kind)
    if (existing) return existing
    const pool = this.#makePool(kind, {
      onThread: (port) => {
        if (this.#closing) throw new FlockClosedError()
        this.#memory.connect(port, this.#tasks)
      },
      onEvent: (threadId, event) => this.#onEvent(threadId, event),
      onOverBudget: (threadId, why) => this.#tasks.onOverBudget(threadId, why),
    })
    this.#pools.set(kind, pool)
    return pool
  }

  /** @throws ThreadStartError */
  #makePool(kind: ActivityTask['kind'], listener: ThreadPoolListener): ThreadPool {
    try {
      return new ThreadPool(kind, this.#options, { model: this.#model.descriptor }, listener)
    } catch (error) {
      throw new ThreadStartError(error)
    }
  }

  #requestAbort(id: number, reason: unknown): void {
    for (const pool of this.#pools.values()) pool.requestAbort({ abort: id, reason: toEnvelope(reason) })
  }

  #terminate(threadId: number | undefined): void {
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
