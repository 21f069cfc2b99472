interface Waiter<Item> {
  readonly item: Item
  resolve(): void
  reject(error: unknown): void
}

/** Senders that wait for room in a mailbox, first come, first served. */
export class WaitList<Item> {
  readonly #waiters = new Set<Waiter<Item>>()

  get size(): number {
    return this.#waiters.size
  }

  /** Resolves when the item has been admitted. @throws the signal's reason if it is aborted first. */
  wait(item: Item, signal: AbortSignal | undefined): Promise<void> {
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
      const waiter: Waiter<Item> = {
        item,
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

  /** Admits the item that has waited longest, if there is one. */
  admit(put: (item: Item) => void): void {
    const [first] = this.#waiters
    if (!first) return
    put(first.item)
    first.resolve()
  }

  /** Rejects everyone who waits; returns their items. */
  clear(error: unknown): Item[] {
    const waiters = [...this.#waiters]
    for (const waiter of waiters) waiter.reject(error)
    return waiters.map(({ item }) => item)
  }
}
