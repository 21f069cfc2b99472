import { setTimeout as pause } from 'node:timers/promises'

import type { HeldLease } from '../space/lease-keeper.ts'
import type { WorkRecord } from './work-record.ts'

/** Pause before an order is put back again that was refused for no visible reason, in milliseconds. */
const retryMs = 5

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
  readonly #stopped = new AbortController()
  #fence: number
  #lease: HeldLease

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
    this.#stopped.abort()
    this.#lease.stop()
  }

  /** Stops, and undoes the taking. */
  async giveBack(): Promise<void> {
    this.stop()
    await this.#parts.stored.giveBack(this.#fence)
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
    // Where it can't be put back, whoever would carry it out tells.
    const fence = await this.#putBack().catch(() => undefined)
    if (fence === undefined) {
      this.#lost.abort(reason)
      return
    }
    // The work has ended while that was written.
    if (this.#stopped.signal.aborted) {
      await this.#parts.stored.giveBack(fence)
      return
    }
    this.#fence = fence
    this.#lease = this.#hold()
  }

  /**
   * @returns the fence; `undefined` where somebody else has the work by now, or has done it.
   * @throws when the work has ended: what is there since then may be the next attempt's.
   */
  async #putBack(): Promise<number | undefined> {
    const { stored } = this.#parts
    const { signal } = this.#stopped
    for (;;) {
      const record = await stored.outlast(() => stored.read(signal))
      if (record) return record.version === this.#fence ? this.#fence : undefined
      const fence = await stored.acquire(0, true, signal)
      if (fence !== undefined) return fence
      await pause(retryMs, undefined, { signal })
    }
  }
}
