/** Lets a limited number of tasks run at once; the others wait, first come, first served. */
export class Semaphore {
  readonly #limit: number
  readonly #waiting = new Set<{ start(): void; reject(error: unknown): void }>()
  #running = 0
  #closed: unknown

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Whether a task would begin at once. */
  get hasRoom(): boolean {
    return this.#running < this.#limit
  }

  /** How many tasks wait. */
  get waiting(): number {
    return this.#waiting.size
  }

  /**
   * Runs a task when there is room.
   *
   * @throws the signal's reason, or the error that the semaphore was closed with, if that comes first.
   */
  async run<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    await this.#acquire(signal)
    try {
      return await work()
    } finally {
      this.#running -= 1
      const [next] = this.#waiting
      next?.start()
    }
  }

  /** Rejects all tasks that wait, and all that come later. */
  close(error: unknown): void {
    this.#closed = error
    for (const waiting of this.#waiting) waiting.reject(error)
  }

  #acquire(signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed as Error)
    signal?.throwIfAborted()
    if (this.#running < this.#limit) {
      this.#running += 1
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => waiting.reject(signal?.reason)
      const leave = (): void => {
        this.#waiting.delete(waiting)
        signal?.removeEventListener('abort', onAbort)
      }
      const waiting = {
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
      this.#waiting.add(waiting)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }
}
