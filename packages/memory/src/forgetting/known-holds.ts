import type { EpochTable } from '../cache/epoch-table.ts'
import type { Store } from '../store/store.ts'
import { noHolds, readHolds } from './hold.ts'
import type { HoldsInForce } from './hold.ts'

/**
 * What a thread knows of holds. The epoch table counts what happens to them, here and in other processes: while nothing
 * is held and that number stays the same, a write costs one comparison.
 */
export class KnownHolds {
  readonly #store: Pick<Store, 'read'>
  readonly #epochs: EpochTable
  #number = 0
  #holds = noHolds

  constructor(store: Pick<Store, 'read'>, epochs: EpochTable) {
    this.#store = store
    this.#epochs = epochs
  }

  /** Whether nothing is held. `false` as well where that has to be looked up. */
  get areNone(): boolean {
    return this.#isKnown && this.#holds.rules.length === 0
  }

  /** What is held now. Who is cut off from other processes looks into the store each time. */
  async current(): Promise<HoldsInForce> {
    if (this.#isKnown) return this.#holds
    const number = this.#epochs.erasures
    const holds = await readHolds(this.#store)
    this.#number = number
    this.#holds = holds
    return holds
  }

  get #isKnown(): boolean {
    return this.#epochs.erasures === this.#number && !this.#epochs.isDisconnected
  }
}
