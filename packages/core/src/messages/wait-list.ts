interface Waiter<Message> {
  readonly message: Message
  resolve(): void
  reject(error: unknown): void
}

/** Senders that wait for room in a mailbox, in the order of their coming. */
export class WaitList<Message> {
  readonly #waiters = new Set<Waiter<Message>>()

  get size(): number {
    return this.#waiters.size
  }

  /** Resolves when the message was let in. @throws the signal's reason when that comes before. */
  wait(message: Message, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error)
        return
      }
      const onAbort = (): void => waiter.reject(signal?.reason)
      const leave = (): void => {
        this.#waiters.delete(waiter)
        signal?.removeEventListener('abort', onAbort)
      }
      const waiter: Waiter<Message> = {
        message,
        resolve: () => {
          leave()
          resolve()
        },
        reject: (error) => {
          leave()
          reject(error as Error)
        },
      }
      this.#waiters.add(waiter)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** Lets in the one that waits longest. */
  letIn(put: (message: Message) => void): void {
    const [first] = this.#waiters
    if (!first) return
    put(first.message)
    first.resolve()
  }

  /** Sends all away; returns what they had wanted to send. */
  clear(error: unknown): Message[] {
    const waiters = [...this.#waiters]
    for (const waiter of waiters) waiter.reject(error)
    return waiters.map(({ message }) => message)
  }
}
