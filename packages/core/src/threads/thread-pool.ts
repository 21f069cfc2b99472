import { once } from 'node:events'
import { receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort, Worker } from 'node:worker_threads'

import { warn } from '@skein/memory/values'
import type { WorkerModule } from '@skein/memory/store'

import type { Piscina } from 'piscina'

import { Semaphore } from '../base/semaphore.ts'
import { BufferWatch } from './buffer-watch.ts'
import { BusyMeter } from './busy-meter.ts'
import { ThreadStartError } from '../activities/activity-errors.ts'
import type { ActivityTask } from '../activities/executor.ts'
import { movedOf } from '../activities/move.ts'
import { piscinaPool, threadFile } from './thread-file.ts'
import { threadBalancer } from './thread-balancer.ts'
import { nodePort } from './node-port.ts'
import type { ResolvedThreadOptions } from './thread-executor-options.ts'
import { isThreadPorts } from './thread-protocol.ts'
import { environmentOf, startOptions } from './thread-start.ts'
import type {
  AbortRequest,
  ThreadData,
  ThreadEvent,
  ThreadPorts,
  ThreadReply,
  ThreadRequest,
} from './thread-protocol.ts'

/** What a pool reports to its executor. */
export interface ThreadPoolListener {
  /** A thread has started, and wants to join the memory over this port. @throws when it can't. */
  onThread(memory: MessagePort): void
  onEvent(threadId: number, event: ThreadEvent): void
  /** A thread is terminated because its buffers are too large. */
  onOverBudget(threadId: number, why: Error): void
}

/** Idle threads that may fail one after the other and are replaced. */
const maxFailures = 3

/**
 * The worker threads for one kind of activity: a piscina pool, and an events port for each thread. Until it serves a kind,
 * it tells what modules hold: so the thread that has loaded a module is the one that runs its first activity.
 */
export class ThreadPool {
  /** Tasks queue here, not in the pool: from here they can be withdrawn. */
  readonly slots: Semaphore = new Semaphore(() => this.#room)
  /** The last name in the chain of each task that has a slot. */
  readonly running: Set<string> = new Set()
  readonly #meter = new BusyMeter(() => this.#room)
  readonly #options: ResolvedThreadOptions
  readonly #piscina: Piscina
  #listener: ThreadPoolListener | undefined
  /** What threads have handed over while nobody listened. */
  #unheard: ThreadPorts[] = []
  readonly #watch: BufferWatch | undefined
  readonly #ports = new Map<number, MessagePort>()
  /** Threads that have handed over their ports. */
  readonly #started = new Set<number>()
  #kind: ActivityTask['kind'] | undefined
  #isClosing = false
  #hasWarned = false
  #startError: unknown
  /** Threads that failed with nothing to do since the last reply. */
  #failures = 0

  /** Starts a thread. @throws ThreadStartError where none can start like this. */
  static start(options: ResolvedThreadOptions, model: WorkerModule): ThreadPool {
    try {
      return new ThreadPool(options, { model })
    } catch (error) {
      throw new ThreadStartError(error)
    }
  }

  private constructor(options: ResolvedThreadOptions, data: ThreadData) {
    const { threads, ioPerThread, maxBufferMb } = options
    this.#options = options
    const Pool = piscinaPool()
    this.#piscina = new Pool({
      filename: threadFile,
      // The others start when there is work for them.
      minThreads: Math.min(1, options.minThreads),
      maxThreads: threads,
      idleTimeout: options.idleTimeoutMs,
      // The balancer knows what the kind allows.
      concurrentTasksPerWorker: ioPerThread,
      loadBalancer: threadBalancer({
        perThread: () => this.#perThread,
        maxThreads: threads,
        threads: () => this.threads,
        isStarting: ({ threadId }) => !this.#started.has(threadId),
      }),
      ...startOptions(options),
      ...environmentOf(options, data),
      // Waiting on atomics would stop a thread's event loop between tasks, and with it
      // the connections and timers that a user's activities may keep.
      atomics: 'disabled',
    })
    // Piscina would keep that of the first thread for all others.
    Object.defineProperties(this.#piscina.options, {
      env: { get: () => environmentOf(options, data).env },
      workerData: { get: () => environmentOf(options, data).workerData },
    })
    this.#piscina.on('message', (message: unknown) => this.#onMessage(message))
    this.#piscina.on('error', (error: unknown) => this.#onError(error))
    if (maxBufferMb !== undefined) {
      this.#watch = new BufferWatch(
        () => this.threads,
        maxBufferMb,
        (thread, why) => this.#terminateOverBudget(thread, why),
      )
    }
  }

  /** Reports to this listener from now on, first what has happened so far. */
  listen(listener: ThreadPoolListener): void {
    this.#listener = listener
    for (const ports of this.#unheard.splice(0)) this.#join(listener, ports)
  }

  /** The kind of activity that it serves, once it does. */
  get kind(): ActivityTask['kind'] | undefined {
    return this.#kind
  }

  /** Whether an activity of this kind would begin at once, if it served that kind. */
  hasRoomFor(kind: ActivityTask['kind']): boolean {
    return this.slots.running < this.#options.threads * this.#perThreadOf(kind)
  }

  /** Serves one kind of activity from now on. */
  serve(kind: ActivityTask['kind']): void {
    this.#kind = kind
    if (this.#failures < maxFailures) this.#piscina.options.minThreads = this.#options.minThreads
  }

  get #perThread(): number {
    return this.#perThreadOf(this.#kind)
  }

  #perThreadOf(kind: ActivityTask['kind'] | undefined): number {
    return kind === 'compute' ? 1 : this.#options.ioPerThread
  }

  get #room(): number {
    return this.#options.threads * this.#perThread
  }

  get threads(): readonly Worker[] {
    return this.#piscina.threads
  }

  /** Whether a thread has ever started. */
  get hasStarted(): boolean {
    return this.#started.size > 0
  }

  /** Why the last thread did not start that ended before it handed over its ports; told to whom it fails. */
  get startError(): unknown {
    return this.#startError
  }

  get utilization(): number {
    return this.#meter.utilization
  }

  /** Has a thread handle a request. Rejects only when the thread ends or can't start, or the request can't be cloned. */
  async send(request: ThreadRequest): Promise<ThreadReply> {
    this.#meter.begin()
    try {
      const reply = (await this.#post(request)) as ThreadReply
      this.#failures = 0
      return reply
    } finally {
      this.#meter.end()
      // A reply comes over another port than what was reported before it: deliver that first.
      for (const [threadId, port] of this.#ports) this.#drain(threadId, port)
    }
  }

  #post(request: ThreadRequest): Promise<unknown> {
    if (request.type === 'describe') return this.#piscina.run(request)
    const { value: input, transfer } = movedOf(request.task.input)
    if (transfer.length === 0) return this.#piscina.run(request)
    return this.#piscina.run({ ...request, task: { ...request.task, input } }, { transferList: [...transfer] })
  }

  /** Passes the request to all threads; the one that runs the task acts on it. */
  requestAbort(request: AbortRequest): void {
    for (const port of this.#ports.values()) port.postMessage(request)
  }

  terminate(threadId: number): void {
    void this.threads.find((thread) => thread.threadId === threadId)?.terminate()
  }

  /** Ends all threads at once, then what waits for one: with the last thread gone, the pool would keep it for ever. */
  async terminateAll(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.terminate()))
    await this.#piscina.destroy()
  }

  /** Accepts no more tasks: those that wait for a slot fail with the error. */
  close(error: unknown): void {
    this.#isClosing = true
    this.slots.close(error)
    this.#watch?.[Symbol.dispose]()
    for (const { memory, events } of this.#unheard.splice(0)) {
      memory.close()
      events.close()
    }
  }

  /** @param graceMs - How long to wait for threads that are still starting. */
  async destroy(graceMs: number): Promise<void> {
    await this.#untilStarted(graceMs)
    await this.#piscina.destroy()
  }

  #onMessage(message: unknown): void {
    if (isThreadPorts(message)) this.#onPorts(message)
    else if (!this.#hasWarned) {
      this.#hasWarned = true
      warn('A module of activities posted a message to parentPort, where nobody receives it. Call progress() instead.')
    }
  }

  #onError(error: unknown): void {
    // A thread could not start, which whoever needs one is told; or something that an activity left running failed after
    // its result was returned.
    if (this.hasStarted) warn(error)
    else this.#startError = error
    this.#failures += 1
    // What each thread loads ends it: a thread starts only when somebody needs one.
    if (this.#failures >= maxFailures) this.#piscina.options.minThreads = 0
    // Without any thread, the pool would keep what it has taken for ever.
    if (this.threads.length === 0 && !this.#isClosing) void this.#piscina.destroy()
  }

  #onPorts({ threadId, ...ports }: ThreadPorts): void {
    const [memory, events] = [nodePort(ports.memory), nodePort(ports.events)]
    // What an activity posts may look the same: each thread joins once.
    if (this.#started.has(threadId) || !this.threads.some((thread) => thread.threadId === threadId)) {
      memory.close()
      events.close()
      return
    }
    // Nobody else is told: this thread serves those who wait.
    if (!this.hasStarted && this.#startError !== undefined) warn(this.#startError)
    this.#started.add(threadId)
    if (this.#listener) this.#join(this.#listener, { threadId, memory, events })
    else this.#unheard.push({ threadId, memory, events })
  }

  #join(listener: ThreadPoolListener, { threadId, memory, events }: ThreadPorts): void {
    try {
      listener.onThread(memory)
    } catch (error) {
      // With its ports closed, the thread fails its tasks.
      memory.close()
      events.close()
      if (!this.#isClosing) warn(error)
      return
    }
    this.#ports.set(threadId, events)
    events.on('message', (event: ThreadEvent) => listener.onEvent(threadId, event))
    events.on('close', () => this.#ports.delete(threadId))
    events.unref()
  }

  #drain(threadId: number, port: MessagePort): void {
    for (;;) {
      const entry = receiveMessageOnPort(port)
      if (!entry) return
      this.#listener?.onEvent(threadId, entry.message as ThreadEvent)
    }
  }

  #terminateOverBudget(thread: Worker, why: Error): void {
    this.#listener?.onOverBudget(thread.threadId, why)
    void thread.terminate()
  }

  /**
   * Lets threads finish starting before they are terminated. A V8 trap in a worker thread once killed the process when
   * a flock was closed; that the thread was still starting is a guess, not proven.
   */
  async #untilStarted(graceMs: number): Promise<void> {
    const starting = this.threads.filter(({ threadId }) => !this.#started.has(threadId))
    const stop = new AbortController()
    // An idle thread does not keep the process alive: this timer does.
    const grace = setTimeout(() => stop.abort(), graceMs)
    // Started, failed or timed out: in each case nobody has to wait for it any longer.
    await Promise.allSettled(starting.map((worker) => once(worker, 'message', { signal: stop.signal })))
    clearTimeout(grace)
  }
}
