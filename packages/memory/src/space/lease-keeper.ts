import type { Mutation, Refusal } from '../store/mutation.ts'
import type { RecordKey } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { MemoryClosedError } from '../values/errors.ts'
import { isOutage } from '../values/outlast.ts'

/** A lease that is being renewed. */
export interface HeldLease {
  /** Aborts when the lease is lost; its reason says so. */
  readonly signal: AbortSignal
  /** Stops renewing it. The caller decides what happens to the record. */
  stop(): void
}

/** Renews leases until they are stopped. */
export interface LeaseKeeper {
  /** Aborts when the memory is closed. */
  readonly closed: AbortSignal
  hold(key: RecordKey, version: number, leaseMs: number): HeldLease
}

/** Leases that are renewed in one write. */
const renewedAtOnce = 200

/**
 * Renews the leases of a whole process from the thread that opened the store. Its event
 * loop is free of agents' work; a worker thread deep in a computation can't send a
 * heartbeat.
 *
 * Leases of the same length are renewed together, some hundreds in one write: ten thousand agents cost their store some
 * writes a second.
 *
 * A lease is lost when the store says so, or when it was not renewed in time: then
 * somebody else may have it. A store that can't be reached may be back before that.
 */
export class StoreLeaseKeeper implements LeaseKeeper, Disposable {
  readonly #store: Store
  readonly #close = new AbortController()
  /** By the length of their leases, in milliseconds. */
  readonly #groups = new Map<number, LeaseGroup>()
  readonly #onError: (error: unknown) => void

  /** @param onError - Called when renewing fails. */
  constructor(store: Store, onError: (error: unknown) => void) {
    this.#store = store
    this.#onError = onError
  }

  get closed(): AbortSignal {
    return this.#close.signal
  }

  hold(key: RecordKey, version: number, leaseMs: number): HeldLease {
    const group = this.#groupOf(leaseMs)
    const lease = new KeptLease(key, version, leaseMs, () => this.#store.isLocked?.() ?? false)
    const leave = (): void => {
      group.leases.delete(lease)
      if (group.leases.size > 0) return
      clearInterval(group.timer)
      // Another of this length may have come meanwhile.
      if (this.#groups.get(leaseMs) === group) this.#groups.delete(leaseMs)
    }
    group.leases.add(lease)
    lease.signal.addEventListener('abort', leave, { once: true })
    const stop = (): void => {
      lease.stop()
      leave()
    }
    return { signal: lease.signal, stop }
  }

  /** Renews all leases now: the store may have lost some of them. */
  renewAll(): void {
    for (const { leases } of this.#groups.values()) this.#renew([...leases])
  }

  /** Stops renewing; each lease then expires by itself. */
  [Symbol.dispose](): void {
    for (const { leases } of this.#groups.values()) for (const lease of leases) lease.lose('the memory was closed')
    this.#close.abort(new MemoryClosedError())
  }

  /** Looks at leases six times while they last, and renews at every second look: there is time for three attempts more. */
  #groupOf(leaseMs: number): LeaseGroup {
    const known = this.#groups.get(leaseMs)
    if (known) return known
    const lookMs = Math.max(1, Math.floor(leaseMs / 6))
    const leases = new Set<KeptLease>()
    const renewDue = (): void => {
      const before = performance.now() - lookMs * 1.5
      // Most work is done before its lease has to be renewed.
      this.#renew([...leases].filter((lease) => lease.sentAt <= before))
    }
    const group = { leases, timer: setInterval(renewDue, lookMs).unref() }
    this.#groups.set(leaseMs, group)
    return group
  }

  #renew(leases: readonly KeptLease[]): void {
    for (let at = 0; at < leases.length; at += renewedAtOnce) void this.#touch(leases.slice(at, at + renewedAtOnce))
  }

  /**
   * Renews leases in one write. Where one of them was lost, none is written: then the others are renewed in halves, side
   * by side, so that none waits for many that were lost. The same goes for one whose record can't be read.
   */
  async #touch(leases: readonly KeptLease[]): Promise<void> {
    const left = leases.filter(({ isStopped }) => !isStopped)
    if (left.length === 0) return
    const sentAt = performance.now()
    let rest: readonly KeptLease[] = left
    try {
      const commit = await this.#store.write(left.map((lease) => lease.renewal))
      if (commit.ok) {
        for (const lease of left) lease.keptSince(sentAt)
        return
      }
      // A lease is renewed for its version alone, so that is what was refused.
      const { index } = commit.refusal as Exclude<Refusal, { readonly reason: 'seal' }>
      left[index]?.lose('it expired, or another owner has it')
      rest = left.filter((_, n) => n !== index)
    } catch (error) {
      if (left.length === 1 || isOutage(error)) {
        if (left.some(({ isStopped }) => !isStopped)) this.#onError(error)
        return
      }
    }
    const middle = rest.length >> 1
    await Promise.all([this.#touch(rest.slice(0, middle)), this.#touch(rest.slice(middle))])
  }
}

/** Leases of the same length. */
interface LeaseGroup {
  readonly leases: Set<KeptLease>
  readonly timer: NodeJS.Timeout
}

/** How often a lease that would be over is looked at again while nobody can write. */
const lockedMs = 20

class KeptLease {
  /** What renews it. */
  readonly renewal: Mutation
  readonly #key: RecordKey
  readonly #leaseMs: number
  readonly #isLocked: () => boolean
  readonly #lost = new AbortController()
  #sentAt = 0
  #end: NodeJS.Timeout | undefined
  #isStopped = false

  /** @param isLocked - Whether nobody can write, so that nobody else can take the lease either. */
  constructor(key: RecordKey, version: number, leaseMs: number, isLocked: () => boolean) {
    this.renewal = { type: 'touch', key, ifVersion: version, ttlMs: leaseMs }
    this.#key = key
    this.#leaseMs = leaseMs
    this.#isLocked = isLocked
    this.keptSince(performance.now())
  }

  get signal(): AbortSignal {
    return this.#lost.signal
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** When the last renewal was sent that came in time. */
  get sentAt(): number {
    return this.#sentAt
  }

  /** The lease runs from the moment when its renewal was sent: whenever the store did it, it was not before. */
  keptSince(sentAt: number): void {
    if (this.#isStopped) return
    this.#sentAt = sentAt
    clearTimeout(this.#end)
    const leftMs = Math.max(0, sentAt + this.#leaseMs - performance.now())
    this.#end = setTimeout(() => this.#over(), leftMs).unref()
  }

  /** While nobody can write, the renewals that were sent in time are pending, and the store will say what they brought. */
  #over(): void {
    if (this.#isLocked()) this.#end = setTimeout(() => this.#over(), lockedMs).unref()
    else this.lose('it could not be renewed in time')
  }

  lose(why: string): void {
    if (this.#isStopped) return
    this.stop()
    const { collection, id } = this.#key
    this.#lost.abort(new DOMException(`The lease on ${collection}/${id} was lost: ${why}.`, 'AbortError'))
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#end)
  }
}
