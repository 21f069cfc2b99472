import { fromEnvelope, toEnvelope } from '@skein/memory/runtime'
import type { Memory } from '@skein/memory'
import type { WorkerModule } from '@skein/memory/store'

import { FlockClosedError } from '../base/flock-closed-error.ts'
import { ActivityQueueFullError, ThreadLostError } from '../activities/activity-errors.ts'
import type { ActivityTask, Executor, RunOptions } from '../activities/executor.ts'
import { LoadWatch } from './load-watch.ts'
import { isMoved } from '../activities/move.ts'
import type { RunningTasks } from './running-tasks.ts'
import type { ResolvedThreadOptions } from './thread-executor-options.ts'
import { activityErrorClasses, explainFailure, moduleOf } from './thread-failure.ts'
import { ThreadPool } from './thread-pool.ts'
import { storeModule } from './thread-protocol.ts'
import type { ThreadEvent, ThreadReply, ThreadRequest } from './thread-protocol.ts'

/** What a dispatcher works with. */
export interface DispatcherParts {
  readonly memory: Memory
  /** How a thread makes its model. */
  readonly model: WorkerModule
  readonly options: ResolvedThreadOptions
  readonly tasks: RunningTasks
  /** Threads that have started already. */
  readonly pool?: ThreadPool | undefined
}

/** Threads that may end, one after the other, before they begin with a request. */
const maxAttempts = 3

/**
 * Sends requests to two thread pools, one for each kind of activity.
 *
 * The trip of one request, in the order of the methods below:
 *
 * 1. `request` unpacks the reply.
 * 2. `#inSlot` waits for a free slot of the pool.
 * 3. `#dispatch` and `#send` send the request to a thread (`ThreadPool.send`) and translate failures of the thread.
 *
 * Meanwhile the thread reports the start and the progress of the task (`#onEvent`).
 */
export class ThreadDispatcher {
  readonly #parts: DispatcherParts
  /** One for each kind of activity, and one that serves none yet. */
  readonly #pools: ThreadPool[] = []
  readonly #loads: LoadWatch
  /** Modules that tried to make a flock in a thread. */
  readonly #refused = new Map<string, Error>()
  readonly #sent = new Set<Promise<unknown>>()
  #isClosing = false

  constructor(parts: DispatcherParts) {
    this.#parts = parts
    this.#loads = new LoadWatch(parts.options.loadTimeoutMs, (threadId) => this.terminate(threadId))
    if (parts.pool) this.#add(parts.pool)
  }

  get utilization(): NonNullable<Executor['utilization']> {
    return Object.fromEntries(this.#pools.flatMap(({ kind, utilization }) => (kind ? [[kind, utilization]] : [])))
  }

  get waiting(): number {
    let waiting = 0
    for (const { slots } of this.#pools) waiting += slots.waiting
    return waiting
  }

  /** @throws ActivityQueueFullError when no more may wait. */
  requireRoom({ kind, name }: ActivityTask): void {
    const { maxQueue } = this.#parts.options
    const slots = this.#pools.find((pool) => pool.kind === kind)?.slots
    if (slots && !slots.hasRoom && slots.waiting >= maxQueue) throw new ActivityQueueFullError(name, maxQueue)
  }

  /** Starts the thread that loads the first module. */
  prepare(): void {
    try {
      if (!this.#isClosing) this.#anyPool()
    } catch {
      // Who needs a thread tries again, and is told.
    }
  }

  /**
   * @param kind - Whose threads do it; without it, those that have room.
   * @throws what the request failed with in its thread; the signal's reason; FlockClosedError, ThreadLostError, ThreadStartError
   */
  async request(
    kind: ActivityTask['kind'] | undefined,
    request: ThreadRequest,
    { signal, onLabel, onCosts, onSpans }: Pick<RunOptions, 'signal' | 'onLabel' | 'onCosts' | 'onSpans'> = {},
  ): Promise<unknown> {
    if (this.#isClosing) throw new FlockClosedError()
    const refused = this.#refusalOf(request)
    if (refused) throw refused
    const pool = kind === undefined ? this.#anyPool() : this.#pool(kind)
    const reply = await this.#inSlot(pool, request, signal)
    if (reply.costs) onCosts?.(reply.costs)
    if (reply.spans) onSpans?.(reply.spans)
    if ('error' in reply) {
      if (reply.label) onLabel?.(reply.label)
      throw fromEnvelope(reply.error, activityErrorClasses)
    }
    return reply.value
  }

  /** Why a request is refused whose module, or one that each thread loads, has tried to make a flock. */
  #refusalOf(request: ThreadRequest): Error | undefined {
    if (this.#refused.size === 0) return undefined
    const modules = [moduleOf(request), this.#parts.model.module, storeModule]
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
      await this.#parts.memory.as(task.principal).waitFor(wait, { chain, anyOf: () => [...pool.running], signal })
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
      const refused = this.#refusalOf(request)
      if (refused) throw refused
      const watched = this.#loads.add(request.id, moduleOf(request))
      try {
        return await pool.send(request)
      } catch (error) {
        if (this.#isClosing) throw new FlockClosedError()
        const failure = this.#refusalOf(request) ?? watched.expired ?? explainFailure(request, error, pool)
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
      this.#refused.set(event.module, fromEnvelope(event.error, activityErrorClasses))
      return
    }
    this.#loads.onEvent(threadId, event)
    const isWanted = this.#parts.tasks.onEvent(threadId, event)
    // It was aborted on its way, where no request to abort it could reach the thread.
    if (!isWanted && event.type !== 'progress') this.requestAbort(event.id, new DOMException('Aborted.', 'AbortError'))
  }

  #pool(kind: ActivityTask['kind']): ThreadPool {
    const existing = this.#pools.find((pool) => pool.kind === kind)
    if (existing) return existing
    // Its threads may be loading modules, which can take long.
    const free = this.#pools.find((other) => other.kind === undefined && other.hasRoomFor(kind))
    const pool = free ?? this.#startPool()
    pool.serve(kind)
    return pool
  }

  /** The threads that had best do what any thread can: those that have nothing else to do. */
  #anyPool(): ThreadPool {
    const idle = this.#pools.find(({ slots }) => slots.hasRoom)
    return idle ?? this.#pools.find(({ kind }) => kind !== 'compute') ?? this.#startPool()
  }

  /** @throws ThreadStartError */
  #startPool(): ThreadPool {
    return this.#add(ThreadPool.start(this.#parts.options, this.#parts.model))
  }

  #add(pool: ThreadPool): ThreadPool {
    this.#pools.push(pool)
    pool.listen({
      onThread: (port) => {
        if (this.#isClosing) throw new FlockClosedError()
        this.#parts.memory.connect(port, this.#parts.tasks)
      },
      onEvent: (threadId, event) => this.#onEvent(threadId, event),
      onOverBudget: (threadId, why) => this.#parts.tasks.onOverBudget(threadId, why),
    })
    return pool
  }

  /** Asks the thread that has the request to abort it. */
  requestAbort(id: number, reason: unknown): void {
    for (const pool of this.#pools) pool.requestAbort({ abort: id, reason: toEnvelope(reason) })
  }

  /** Ends a thread; others of its tasks run again. */
  terminate(threadId: number): void {
    this.#parts.tasks.onAborted(threadId)
    for (const pool of this.#pools) pool.terminate(threadId)
  }

  /** Ends what runs, refuses what waits, and ends the threads. */
  async close(): Promise<void> {
    this.#isClosing = true
    const pools = this.#pools
    for (const pool of pools) pool.close(new FlockClosedError())
    // If a pool is destroyed while a thread still replies, piscina throws at the process: end the tasks first.
    for (const id of this.#parts.tasks.ids()) this.requestAbort(id, new FlockClosedError())
    const grace = setTimeout(() => {
      for (const pool of pools) void pool.terminateAll()
    }, this.#parts.options.graceMs)
    await Promise.allSettled(this.#sent)
    clearTimeout(grace)
    await Promise.all(pools.map((pool) => pool.destroy(this.#parts.options.graceMs)))
  }
}
