import type { EpochTable } from '../cache/epoch-table.ts'
import type { Store } from '../store/store.ts'
import { factsHaveVectors, kindKey } from './kind-in-force.ts'

/**
 * What a process knows of whether facts have vectors. The epoch table counts the changes of the record that says so, here
 * and in other processes: in a space without such vectors, a write of a fact costs one comparison.
 */
export class KnownFactVectors {
  readonly #store: Pick<Store, 'read'>
  readonly #epochs: EpochTable
  readonly #slot: number
  #observed: number | undefined
  #exist = false
  #looking: Promise<boolean> | undefined

  constructor(store: Pick<Store, 'read'>, epochs: EpochTable) {
    this.#store = store
    this.#epochs = epochs
    this.#slot = epochs.slotOf(kindKey.collection, kindKey.id)
  }

  /** Whether no fact has a vector. `false` as well where that has to be looked up. */
  get areNone(): boolean {
    return this.#isKnown && !this.#exist
  }

  /** Whether facts may have vectors. Who is cut off from other processes looks into the store each time. @throws StoreError */
  exist(): Promise<boolean> {
    if (this.#isKnown) return Promise.resolve(this.#exist)
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined))
    return this.#looking
  }

  async #look(): Promise<boolean> {
    const observed = this.#epochs.observe(this.#slot)
    const exist = await factsHaveVectors(this.#store)
    this.#exist = exist
    this.#observed = observed
    return exist
  }

  get #isKnown(): boolean {
    return (
      this.#observed !== undefined && this.#epochs.isCurrent(this.#slot, this.#observed) && !this.#epochs.isDisconnected
    )
  }
}
