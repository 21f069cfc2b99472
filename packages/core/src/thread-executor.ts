import { once } from 'node:events'
import { receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort, Worker } from 'node:worker_threads'

import { fromEnvelope, toEnvelope } from '@skein/memory'
import type { HostMemory } from '@skein/memory'
import { Piscina } from 'piscina'

import type { AbortOrder, ThreadData, ThreadNews, ThreadPorts, ThreadReply, ThreadRequest } from './activity-thread.ts'
import { BufferWatch } from './buffer-watch.ts'
import { ActivityInputError, FlockClosedError, ThreadLostError } from './errors.ts'
import type { ActivityOutcome, ActivityTask, Executor, ModuleDescription, RunOptions } from './executor.ts'
import type { Model } from './model.ts'
import { resolveThreadOptions } from './thread-executor-options.ts'
import type { ResolvedThreadOptions, ThreadExecutorOptions } from './thread-executor-options.ts'
import { Turns } from './turns.ts'
import { warn } from './warn.ts'
import { whenAborted } from './when-aborted.ts'

interface Pool {
  readonly piscina: Piscina
  readonly watch: BufferWatch | undefined
  readonly turns: Turns
  readonly news: Map<number, MessagePort>
  /** Threads that have said that they are there. */
  readonly arrived: Set<number>
}

interface Running {
  readonly task: ActivityTask
  readonly onProgress: ((value: unknown) => void) | undefined
  thread?: number
  /** Whether others ran in its thread at some time, so that it may have lost it through no fault of its own. */
  hadCompany: boolean
}

/** A thread that had nothing to do for this long ends. */
const idleMs = 60_000

/**
 * Runs activities on worker threads of this process.
 *
 * @throws OptionError when a number is out of range.
 */
export function threadExecutor(memory: HostMemory, model: Model, options: ThreadExecutorOptions = {}): Executor {
  return new ThreadExecutor(memory, model, resolveThreadOptions(options))
}

class ThreadExecutor implements Executor {
  readonly #memory: HostMemory
  readonly #model: Model
  readonly #options: ResolvedThreadOptions
  readonly #pools = new Map<ActivityTask['kind'], Pool>()
  readonly #descriptions = new Map<string, Promise<ModuleDescription>>()
  readonly #running = new Map<number, Running>()
  readonly #asked = new Set<Promise<unknown>>()
  /** Threads that were ended because an aborted activity did not listen; their ids are never used again. */
  readonly #endedThreads = new Set<number>()
  /** Threads that were ended because they took too much memory, and what is to be said about it. */
  readonly #greedyThreads = new Map<number, Error>()
  #tasks = 0
  #closing: Promise<void> | undefined

  constructor(memory: HostMemory, model: Model, options: ResolvedThreadOptions) {
    this.#memory = memory
    this.#model = model
    this.#options = options
  }

  async describe(module: string, signal?: AbortSignal): Promise<ModuleDescription> {
    let description = this.#descriptions.get(module)
    if (!description) {
      // Any thread can tell: one that runs already, if there is one.
      const kind = this.#pools.keys().next().value ?? 'io'
      description = this.#ask(kind, { type: 'describe', module }) as Promise<ModuleDescription>
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
    for (let isAlone = task.kind === 'compute'; ; ) {
      const running = { task, onProgress: options.onProgress, hadCompany: false }
      try {
        return await this.#runIn(isAlone ? 'compute' : 'io', running, options.signal)
      } catch (error) {
        if (!(error instanceof ThreadLostError) || isAlone || !running.hadCompany) throw error
        // The thread ended, and nobody knows through whom: where it is alone, each fails by itself only.
        isAlone = !this.#isEndedByUs(running)
      }
    }
  }

  async #runIn(
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
      const asked = this.#ask(kind, { type: 'run', id, task: running.task }, signal)
      return (await (abort ? Promise.race([asked, abort.gaveUp]) : asked)) as ActivityOutcome
    } catch (error) {
      // Whatever a thread's end looks like from here: the caller asked for it.
      signal?.throwIfAborted()
      const why = running.thread === undefined ? undefined : this.#greedyThreads.get(running.thread)
      throw why && error instanceof ThreadLostError ? new ThreadLostError(running.task.name, why) : error
    } finally {
      abort?.cancel()
      this.#running.delete(id)
    }
  }

  async #ask(kind: ActivityTask['kind'], request: ThreadRequest, signal?: AbortSignal): Promise<unknown> {
    if (this.#closing) throw new FlockClosedError()
    const pool = this.#pool(kind)
    // Tasks wait for their turn here, not in the pool: from here they can be taken back.
    const reply = await pool.turns.run(() => this.#send(pool, request), signal)
    // The result came on another port than the progress before it: take that first.
    for (const port of pool.news.values()) this.#drain(pool, port)
    if ('error' in reply) throw fromEnvelope(reply.error)
    return reply.value
  }

  async #send({ piscina }: Pool, request: ThreadRequest): Promise<ThreadReply> {
    const name = request.type === 'run' ? request.task.name : request.module
    const asked = piscina.run(request) as Promise<ThreadReply>
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

  #pool(kind: ActivityTask['kind']): Pool {
    const found = this.#pools.get(kind)
    if (found) return found
    const { threads, ioPerThread, maxHeapMb, maxBufferMb } = this.#options
    const data: ThreadData = { share: this.#memory.share(), model: this.#model.descriptor }
    const piscina = new Piscina({
      filename: threadFile,
      workerData: data,
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: idleMs,
      concurrentTasksPerWorker: kind === 'io' ? ioPerThread : 1,
      ...(maxHeapMb !== undefined && { resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } }),
      // Waiting on atomics would stop a thread's event loop between tasks, and with it
      // the connections and timers that a user's activities may keep.
      atomics: 'disabled',
    })
    const turns = new Turns(threads * (kind === 'io' ? ioPerThread : 1))
    const watch =
      maxBufferMb === undefined
        ? undefined
        : new BufferWatch(() => piscina.threads, maxBufferMb, (thread, why) => this.#endGreedy(thread, why))
    const pool: Pool = { piscina, watch, turns, news: new Map(), arrived: new Set() }
    piscina.on('message', (ports: ThreadPorts) => this.#welcome(pool, ports))
    // What an activity left behind in its thread failed after its result was given.
    piscina.on('error', warn)
    this.#pools.set(kind, pool)
    return pool
  }

  #welcome(pool: Pool, { thread, memory, news }: ThreadPorts): void {
    pool.arrived.add(thread)
    try {
      if (this.#closing) throw new FlockClosedError()
      this.#memory.connect(memory)
    } catch (error) {
      // The thread hears that nobody is there, and so do its tasks.
      memory.close()
      news.close()
      if (!this.#closing) warn(error)
      return
    }
    pool.news.set(thread, news)
    news.on('message', (message: ThreadNews) => this.#hear(thread, message))
    news.on('close', () => pool.news.delete(thread))
    news.unref()
  }

  #drain(pool: Pool, port: MessagePort): void {
    for (;;) {
      const entry = receiveMessageOnPort(port)
      if (!entry) return
      const thread = [...pool.news].find(([, other]) => other === port)?.[0] ?? 0
      this.#hear(thread, entry.message as ThreadNews)
    }
  }

  #hear(thread: number, message: ThreadNews): void {
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
      other.hadCompany = true
      running.hadCompany = true
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
    const order: AbortOrder = { abort: id, reason: toEnvelope(reason) }
    for (const pool of this.#pools.values()) for (const port of pool.news.values()) port.postMessage(order)
  }

  /**
   * Lets threads that are starting arrive before they are ended. A V8 trap in a worker thread once took the process
   * along when a flock was closed; that the thread was still starting is a guess, not proven.
   */
  async #untilStarted({ piscina, arrived }: Pool): Promise<void> {
    const late = piscina.threads.filter(({ threadId }) => !arrived.has(threadId))
    const stop = new AbortController()
    // An idle thread does not keep the process alive: this timer does.
    const grace = setTimeout(() => stop.abort(), this.#options.graceMs)
    // Arrived, failed or given up: all that counts is that it need not be waited for any more.
    await Promise.allSettled(late.map((worker) => once(worker, 'message', { signal: stop.signal })))
    clearTimeout(grace)
  }

  #endGreedy(thread: Worker, why: Error): void {
    this.#greedyThreads.set(thread.threadId, why)
    void thread.terminate()
  }

  #endThread(thread: number | undefined): void {
    if (thread !== undefined) this.#endedThreads.add(thread)
    for (const { piscina } of this.#pools.values()) {
      const worker = piscina.threads.find((candidate: Worker) => candidate.threadId === thread)
      void worker?.terminate()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const pools = [...this.#pools.values()]
    for (const { turns, watch } of pools) {
      turns.close(new FlockClosedError())
      watch?.[Symbol.dispose]()
    }
    // A pool that is destroyed while a thread still has something to say throws it at the process: end the tasks first.
    for (const id of this.#running.keys()) this.#order(id, new FlockClosedError())
    const grace = setTimeout(() => {
      for (const worker of pools.flatMap(({ piscina }) => piscina.threads)) void worker.terminate()
    }, this.#options.graceMs)
    await Promise.allSettled(this.#asked)
    clearTimeout(grace)
    await Promise.all(pools.map((pool) => this.#untilStarted(pool)))
    await Promise.all(pools.map(({ piscina }) => piscina.destroy()))
  }
}

// The published package is JavaScript, the workspace TypeScript; the URL must name what is there.
const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? './activity-thread.ts' : './activity-thread.js',
  import.meta.url,
).href
