interface Waiting {
  start(): void
  reject(error: unknown): void
}

/** Lets a limited number of tasks run at once; the others wait: higher priorities first, then first come, first served. */
export class Semaphore {
  readonly #limit: () => number
  /** Those that wait, by priority; no set is empty. */
  readonly #waiting = new Map<number, Set<Waiting>>()
  #running = 0
  #closed: unknown

  /** @param limit - A number, or what tells it: then it is asked anew whenever a task comes or ends. */
  constructor(limit: number | (() => number)) {
    this.#limit = typeof limit === 'number' ? () => limit : limit
  }

  /** Whether a task would begin at once. */
  get hasRoom(): boolean {
    return this.#running < this.#limit()
  }

  get running(): number {
    return this.#running
  }

  /** How many tasks wait. */
  get waiting(): number {
    let waiting = 0
    for (const equals of this.#waiting.values()) waiting += equals.size
    return waiting
  }

  /**
   * Runs a task when there is room.
   *
   * @throws the signal's reason, or the error that the semaphore was closed with, if that comes first.
   */
  async run<Result>(work: () => Promise<Result>, signal?: AbortSignal, priority = 0): Promise<Result> {
    await this.#acquire(signal, priority)
    try {
      return await work()
    } finally {
      this.#running -= 1
      while (this.hasRoom && this.#waiting.size > 0) this.#next()?.start()
    }
  }

  /** Rejects all tasks that wait, and all that come later. */
  close(error: unknown): void {
    this.#closed = error
    for (const equals of this.#waiting.values()) for (const waiting of equals) waiting.reject(error)
  }

  #next(): Waiting | undefined {
    if (this.#waiting.size === 0) return undefined
    const [next] = this.#waiting.get(Math.max(...this.#waiting.keys())) ?? []
    return next
  }

  #acquire(signal: AbortSignal | undefined, priority: number): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed as Error)
    signal?.throwIfAborted()
    if (this.hasRoom) {
      this.#running += 1
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => waiting.reject(signal?.reason)
      const leave = (): void => {
        equals.delete(waiting)
        if (equals.size === 0) this.#waiting.delete(priority)
        signal?.removeEventListener('abort', onAbort)
      }
      const waiting: Waiting = {
        start: () => {
          leave()
          this.#running += 1
          resolve()
        },
        reject: (error: unknown) => {
          leave()
          reject(error)
        },
      }
      const equals = this.#waiting.get(priority) ?? new Set<Waiting>()
      this.#waiting.set(priority, equals)
      equals.add(waiting)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }
}
