import { once } from 'node:events'
import { receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort, Worker } from 'node:worker_threads'

import { Piscina } from 'piscina'

import type { AbortOrder, ThreadData, ThreadNews, ThreadPorts, ThreadReply, ThreadRequest } from './activity-thread.ts'
import { BufferWatch } from './buffer-watch.ts'
import type { ActivityTask } from './executor.ts'
import type { ResolvedThreadOptions } from './thread-executor-options.ts'
import { Semaphore } from '../base/semaphore.ts'
import { warn } from '../base/warn.ts'

/** What a pool tells its executor. */
export interface ThreadPoolListener {
  /** A thread has started, and wants to take part in the memory. @throws when it can't. */
  onThread(memory: MessagePort): void
  onNews(thread: number, news: ThreadNews): void
  /** A thread was ended because its buffers took too much. */
  onOverBudget(thread: number, why: Error): void
}

/** A thread that had nothing to do for this long ends. */
const idleMs = 60_000

/** The worker threads for one kind of activity: a piscina pool, and a port of each thread's own. */
export class ThreadPool {
  /** Tasks wait for their turn here, not in the pool: from here they can be taken back. */
  readonly slots: Semaphore
  readonly #piscina: Piscina
  readonly #listener: ThreadPoolListener
  readonly #watch: BufferWatch | undefined
  readonly #news = new Map<number, MessagePort>()
  /** Threads that have said that they are there. */
  readonly #arrived = new Set<number>()
  #isClosing = false

  constructor(
    kind: ActivityTask['kind'],
    options: ResolvedThreadOptions,
    data: ThreadData,
    listener: ThreadPoolListener,
  ) {
    const { threads, ioPerThread, maxHeapMb, maxBufferMb } = options
    const perThread = kind === 'io' ? ioPerThread : 1
    this.#listener = listener
    this.slots = new Semaphore(threads * perThread)
    this.#piscina = new Piscina({
      filename: threadFile,
      workerData: data,
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: idleMs,
      concurrentTasksPerWorker: perThread,
      ...(maxHeapMb !== undefined && { resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } }),
      // Waiting on atomics would stop a thread's event loop between tasks, and with it
      // the connections and timers that a user's activities may keep.
      atomics: 'disabled',
    })
    this.#piscina.on('message', (ports: ThreadPorts) => this.#welcome(ports))
    // What an activity left behind in its thread failed after its result was given.
    this.#piscina.on('error', warn)
    if (maxBufferMb !== undefined) {
      this.#watch = new BufferWatch(
        () => this.threads,
        maxBufferMb,
        (thread, why) => this.#endOverBudget(thread, why),
      )
    }
  }

  get threads(): readonly Worker[] {
    return this.#piscina.threads
  }

  /** Has a thread handle a request. Rejects only when the thread ends, or the request can't be sent. */
  async send(request: ThreadRequest): Promise<ThreadReply> {
    const reply = (await this.#piscina.run(request)) as ThreadReply
    // The result came on another port than the progress before it: take that first.
    for (const [thread, port] of this.#news) this.#drain(thread, port)
    return reply
  }

  order(order: AbortOrder): void {
    for (const port of this.#news.values()) port.postMessage(order)
  }

  /** Ends a thread at once. */
  end(thread: number | undefined): void {
    void this.threads.find(({ threadId }) => threadId === thread)?.terminate()
  }

  /** Takes in nothing more: what waits for its turn gets the error. */
  close(error: unknown): void {
    this.#isClosing = true
    this.slots.close(error)
    this.#watch?.[Symbol.dispose]()
  }

  /** @param graceMs - How long threads that are starting are waited for. */
  async destroy(graceMs: number): Promise<void> {
    await this.#untilStarted(graceMs)
    await this.#piscina.destroy()
  }

  #welcome({ thread, memory, news }: ThreadPorts): void {
    this.#arrived.add(thread)
    try {
      this.#listener.onThread(memory)
    } catch (error) {
      // The thread hears that nobody is there, and so do its tasks.
      memory.close()
      news.close()
      if (!this.#isClosing) warn(error)
      return
    }
    this.#news.set(thread, news)
    news.on('message', (message: ThreadNews) => this.#listener.onNews(thread, message))
    news.on('close', () => this.#news.delete(thread))
    news.unref()
  }

  #drain(thread: number, port: MessagePort): void {
    for (;;) {
      const entry = receiveMessageOnPort(port)
      if (!entry) return
      this.#listener.onNews(thread, entry.message as ThreadNews)
    }
  }

  #endOverBudget(thread: Worker, why: Error): void {
    this.#listener.onOverBudget(thread.threadId, why)
    void thread.terminate()
  }

  /**
   * Lets threads that are starting arrive before they are ended. A V8 trap in a worker thread once took the process
   * along when a flock was closed; that the thread was still starting is a guess, not proven.
   */
  async #untilStarted(graceMs: number): Promise<void> {
    const late = this.threads.filter(({ threadId }) => !this.#arrived.has(threadId))
    const stop = new AbortController()
    // An idle thread does not keep the process alive: this timer does.
    const grace = setTimeout(() => stop.abort(), graceMs)
    // Arrived, failed or given up: all that counts is that it need not be waited for any more.
    await Promise.allSettled(late.map((worker) => once(worker, 'message', { signal: stop.signal })))
    clearTimeout(grace)
  }
}

// The published package is JavaScript, the workspace TypeScript; the URL must name what is there.
const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? './activity-thread.ts' : './activity-thread.js',
  import.meta.url,
).href
