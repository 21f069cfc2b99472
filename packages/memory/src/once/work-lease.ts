import type { HeldLease } from '../space/lease-keeper.ts'
import type { WorkRecord } from './work-record.ts'

/** What the lease of a piece of work is for. */
export interface WorkLeaseParts {
  readonly stored: WorkRecord
  /** The version that the work was taken with. */
  readonly fence: number
  /** Whether others do the work: nobody stops it when the lease ends. */
  readonly isOrdered: boolean
  /** Renews the lease from now on. */
  readonly hold: (fence: number) => HeldLease
}

/**
 * The lease of work under way.
 *
 * When that of an order has ended, as after an outage, the order is put back at once: whoever carries it out finds it,
 * and it keeps its place where it waits.
 */
export class WorkLease {
  readonly #parts: WorkLeaseParts
  readonly #lost = new AbortController()
  #fence: number
  #lease: HeldLease
  #isStopped = false

  constructor(parts: WorkLeaseParts) {
    this.#parts = parts
    this.#fence = parts.fence
    this.#lease = this.#hold()
  }

  /** The version that the work is held with now. */
  get fence(): number {
    return this.#fence
  }

  /** Aborts when the lease is lost for good. */
  get signal(): AbortSignal {
    return this.#lost.signal
  }

  stop(): void {
    this.#isStopped = true
    this.#lease.stop()
  }

  #hold(): HeldLease {
    const lease = this.#parts.hold(this.#fence)
    const onEnd = (): void => {
      if (this.#parts.isOrdered) void this.#takeAgain(lease.signal.reason)
      else this.#lost.abort(lease.signal.reason)
    }
    if (lease.signal.aborted) onEnd()
    else lease.signal.addEventListener('abort', onEnd, { once: true })
    return lease
  }

  async #takeAgain(reason: unknown): Promise<void> {
    const { stored } = this.#parts
    // Where it can't be put back, whoever would carry it out tells.
    const fence = await stored.acquireAgain().catch(() => undefined)
    if (fence === undefined) {
      this.#lost.abort(reason)
      return
    }
    this.#fence = fence
    // The work has ended meanwhile.
    if (this.#isStopped) await stored.giveBack(fence)
    else this.#lease = this.#hold()
  }
}
