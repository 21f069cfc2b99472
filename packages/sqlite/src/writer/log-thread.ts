import { Worker } from 'node:worker_threads'

import { ownFile, threadFlags } from '@skein/memory/runtime'

import type { LogAnswer, LogOrder } from './move-log-thread.ts'

/** Who is told what the thread did with a log. */
export interface LogFollower {
  /** It has opened the file, or moved what it could. */
  answered(): void
  /** It can't open the file, or has ended. */
  failed(): void
}

/** The thread that moves the logs of all files that this process writes much. It ends with the last of them. */
export class LogThread {
  static #running: LogThread | undefined
  static #lastId = 0

  /** Opens a file in the thread, which is started if there is none. @throws what prevents that. */
  static open(path: string, follower: LogFollower): LogInThread {
    const thread = (LogThread.#running ??= new LogThread())
    const id = (LogThread.#lastId += 1)
    thread.#followers.set(id, follower)
    thread.#send({ type: 'open', id, path })
    return {
      move: () => thread.#send({ type: 'move', id }),
      begin: () => thread.#send({ type: 'begin', id }),
      close: () => thread.#close(id),
    }
  }

  readonly #worker: Worker
  readonly #followers = new Map<number, LogFollower>()
  readonly #closing = new Map<number, () => void>()

  private constructor() {
    this.#worker = new Worker(ownFile('@skein/sqlite', import.meta.url, 'log-thread', './move-log-thread.js'), {
      ...threadFlags(),
    })
    this.#worker.on('message', (answer: LogAnswer) => this.#answered(answer))
    this.#worker.on('error', () => this.#ended()).on('exit', () => this.#ended())
    // Only now: a listener of messages would keep the process alive again.
    this.#worker.unref()
  }

  #send(order: LogOrder): void {
    this.#worker.postMessage(order)
  }

  #answered({ id, type }: LogAnswer): void {
    if (type === 'closed') return this.#closed(id)
    const follower = this.#followers.get(id)
    if (type !== 'failed') return follower?.answered()
    this.#followers.delete(id)
    follower?.failed()
    this.#closed(id)
  }

  #close(id: number): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#followers.delete(id)) return resolve()
      this.#closing.set(id, resolve)
      // Whoever closes waits for it.
      this.#worker.ref()
      this.#send({ type: 'close', id })
    })
  }

  #closed(id: number): void {
    this.#closing.get(id)?.()
    this.#closing.delete(id)
    if (this.#closing.size === 0) this.#worker.unref()
    if (this.#followers.size > 0 || this.#closing.size > 0) return
    if (LogThread.#running === this) LogThread.#running = undefined
    void this.#worker.terminate()
  }

  #ended(): void {
    if (LogThread.#running === this) LogThread.#running = undefined
    for (const follower of this.#followers.values()) follower.failed()
    for (const close of this.#closing.values()) close()
    this.#followers.clear()
    this.#closing.clear()
  }
}

/** What the thread does with one log. */
export interface LogInThread {
  /** Asks it to move what it can. */
  move(): void
  /** Asks it to move all, and to wait for readers, so that the next write begins the log anew. */
  begin(): void
  /** Resolves once the thread has closed the file. */
  close(): Promise<void>
}
