import type { RecordKey } from '../store/record.ts'
import type { Store } from '../store/store.ts'

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
 *
 * A lease is lost when the store says so, or when it was not renewed in time: then
 * somebody else may have it. A store that can't be reached may be back before that.
 */
export class StoreLeaseKeeper implements LeaseKeeper, Disposable {
  readonly #store: Store
  readonly #kept = new Set<KeptLease>()
  readonly #onError: (error: unknown) => void

  /** @param onError - Called when renewing fails. */
  constructor(store: Store, onError: (error: unknown) => void) {
    this.#store = store
    this.#onError = onError
  }

  hold(key: RecordKey, version: number, leaseMs: number): HeldLease {
    const touch = async (): Promise<boolean> => {
      return (await this.#store.write([{ type: 'touch', key, ifVersion: version, ttlMs: leaseMs }])).ok
    }
    const isLocked = (): boolean => this.#store.isLocked?.() ?? false
    const name = `${key.collection}/${key.id}`
    const lease = new KeptLease({ name, leaseMs, touch, isLocked, onError: this.#onError })
    this.#kept.add(lease)
    lease.signal.addEventListener('abort', () => this.#kept.delete(lease), { once: true })
    const stop = (): void => {
      lease.stop()
      this.#kept.delete(lease)
    }
    return { signal: lease.signal, stop }
  }

  /** Renews all leases now: the store may have lost some of them. */
  renewAll(): void {
    for (const lease of this.#kept) void lease.renew()
  }

  /** Stops renewing; each lease then expires by itself. */
  [Symbol.dispose](): void {
    for (const lease of this.#kept) lease.lose('the memory was closed')
  }
}

interface KeptLeaseOptions {
  /** `collection/id` of its record. */
  readonly name: string
  readonly leaseMs: number
  /** Renews it; resolves to whether it was still held. */
  readonly touch: () => Promise<boolean>
  /** Whether nobody can write, so that nobody else can take the lease either. */
  readonly isLocked: () => boolean
  readonly onError: (error: unknown) => void
}

/** How often a lease that would be over is looked at again while nobody can write. */
const lockedMs = 20

class KeptLease {
  readonly #options: KeptLeaseOptions
  readonly #lost = new AbortController()
  readonly #renewal: NodeJS.Timeout
  #end: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(options: KeptLeaseOptions) {
    this.#options = options
    this.#renewal = setInterval(() => void this.renew(), Math.max(1, Math.floor(options.leaseMs / 3))).unref()
    this.#keptAt(performance.now())
  }

  get signal(): AbortSignal {
    return this.#lost.signal
  }

  async renew(): Promise<void> {
    const sentAt = performance.now()
    try {
      if (await this.#options.touch()) this.#keptAt(sentAt)
      else this.lose('it ended, or another owner has it')
    } catch (error) {
      if (!this.#isStopped) this.#options.onError(error)
    }
  }

  /** The lease runs from the moment when its renewal was sent: whenever the store did it, it was not before. */
  #keptAt(sentAt: number): void {
    if (this.#isStopped) return
    clearTimeout(this.#end)
    const leftMs = Math.max(0, sentAt + this.#options.leaseMs - performance.now())
    this.#end = setTimeout(() => this.#over(), leftMs).unref()
  }

  /** While nobody can write, the renewals that were sent in time are pending, and the store will say what they brought. */
  #over(): void {
    if (this.#options.isLocked()) this.#end = setTimeout(() => this.#over(), lockedMs).unref()
    else this.lose('it could not be renewed in time')
  }

  lose(why: string): void {
    if (this.#isStopped) return
    this.stop()
    this.#lost.abort(new DOMException(`The lease on ${this.#options.name} was lost: ${why}.`, 'AbortError'))
  }

  stop(): void {
    this.#isStopped = true
    clearInterval(this.#renewal)
    clearTimeout(this.#end)
  }
}
