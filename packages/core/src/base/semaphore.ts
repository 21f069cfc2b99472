/** Lets at most so many run at once, the others in the order of asking. */
export class Semaphore {
  readonly #most: number
  readonly #waiting = new Set<{ begin(): void; giveUp(error: unknown): void }>()
  #running = 0
  #closed: unknown

  constructor(most: number) {
    this.#most = most
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#waiting.size
  }

  /**
   * Runs the work when it is its turn.
   *
   * @throws the signal's reason, or what the turns were closed with, when that comes before its turn.
   */
  async run<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    await this.#turn(signal)
    try {
      return await work()
    } finally {
      this.#running -= 1
      const [next] = this.#waiting
      next?.begin()
    }
  }

  /** Gives up all that wait, and all that will ask. */
  close(error: unknown): void {
    this.#closed = error
    for (const waiting of this.#waiting) waiting.giveUp(error)
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed as Error)
    signal?.throwIfAborted()
    if (this.#running < this.#most) {
      this.#running += 1
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => waiting.giveUp(signal?.reason)
      const leave = (): void => {
        this.#waiting.delete(waiting)
        signal?.removeEventListener('abort', onAbort)
      }
      const waiting = {
        begin: () => {
          leave()
          this.#running += 1
          resolve()
        },
        giveUp: (error: unknown) => {
          leave()
          reject(error)
        },
      }
      this.#waiting.add(waiting)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }
}
