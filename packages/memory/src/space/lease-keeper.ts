import type { Store } from '../store/store.ts'
import type { RecordKey } from '../store/record.ts'

/** A lease that is being renewed. */
export interface HeldLease {
  /** Aborts when the lease is lost; its reason says so. */
  readonly signal: AbortSignal
  /** Stops renewing it. The caller decides what happens to the record. */
  stop(): void
}

/** Renews leases until they are stopped. */
export interface LeaseKeeper {
  hold(key: RecordKey, version: number, leaseMs: number): HeldLease
}

/**
 * Renews the leases of a whole process from the thread that opened the store. Its event
 * loop is free of agents' work; a worker thread deep in a computation can't send a
 * heartbeat.
 */
export class StoreLeaseKeeper implements LeaseKeeper, Disposable {
  readonly #store: Store
  readonly #losers = new Set<(why: string) => void>()
  readonly #onError: (error: unknown) => void

  constructor(store: Store, onError: (error: unknown) => void) {
    this.#store = store
    this.#onError = onError
  }

  hold(key: RecordKey, version: number, leaseMs: number): HeldLease {
    const lost = new AbortController()
    const stop = (): void => {
      clearInterval(timer)
      this.#losers.delete(lose)
    }
    const lose = (why: string): void => {
      stop()
      lost.abort(new DOMException(`The lease on ${key.collection}/${key.id} was lost: ${why}.`, 'AbortError'))
    }
    let lastKept = performance.now()
    const renew = async (): Promise<void> => {
      try {
        const commit = await this.#store.write([{ type: 'touch', key, ifVersion: version, ttlMs: leaseMs }])
        if (commit.ok) {
          lastKept = performance.now()
          return
        }
      } catch (error) {
        // The store may recover before the lease ends; after that the lease is lost in any case.
        this.#onError(error)
        if (performance.now() - lastKept < leaseMs) return
      }
      lose('it ended, or another owner has it')
    }
    const timer = setInterval(() => void renew(), Math.max(1, Math.floor(leaseMs / 3)))
    timer.unref()
    this.#losers.add(lose)
    return { signal: lost.signal, stop }
  }

  /** Stops renewing; each lease then expires by itself. */
  [Symbol.dispose](): void {
    for (const lose of this.#losers) lose('the memory was closed')
  }
}
