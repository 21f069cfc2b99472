import { forward } from '../../store/forward.ts'
import type { Mutation } from '../../store/mutation.ts'
import type { Store } from '../../store/store.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'

/** What somebody does in the middle of an erasure. The store is bare: no gate knows of what is written to it. */
type Deed = (store: Store) => Promise<unknown>

/** Lets a test write in the middle of the next erasure. */
export interface MidErasure {
  readonly options: StoreContractOptions
  /** When all that goes has been looked for, and nothing is hidden yet. */
  before(deed: Deed): void
  /** When it is hidden, and nobody has heard of it yet. */
  after(deed: Deed): void
}

/** Stores of the contract that wait in the middle of an erasure for what a test does there. */
export function midErasure(options: StoreContractOptions): MidErasure {
  let before: Deed | undefined
  let after: Deed | undefined
  const wrap = (store: Store): Store => ({
    ...forward(store),
    write: async (batch) => {
      if (!batch.some(putsInForce)) return store.write(batch)
      const [first, second] = [before, after]
      before = undefined
      after = undefined
      await first?.(store)
      const commit = await store.write(batch)
      await second?.(store)
      return commit
    },
    objects: store.objects,
  })
  return {
    options: {
      ...options,
      create: async () => {
        const { descriptor: _, ...driver } = await options.create()
        return { ...driver, open: async (space, role) => wrap(await driver.open(space, role)), spaces: driver.spaces }
      },
    },
    before: (deed) => {
      before = deed
    },
    after: (deed) => {
      after = deed
    },
  }
}

function putsInForce({ type, key, ifVersion }: Mutation): boolean {
  return type === 'set' && key.collection === 'erasures' && ifVersion === 0
}
