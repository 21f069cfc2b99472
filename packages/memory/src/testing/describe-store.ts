import { describe } from 'vitest'

import type { StoreDriver } from '../store.ts'
import { memoryCases } from './memory-cases.ts'
import { storeCases } from './store-cases.ts'

/** How the suite gets at stores. */
export interface StoreContractOptions {
  /** A driver on a place that is empty. */
  create(): StoreDriver | Promise<StoreDriver>
  /**
   * Another driver on the same place as the one made last, as another process
   * would have it. Left out by stores that only one process can reach: the
   * cases that need it are then skipped by name.
   */
  reopen?(): StoreDriver | Promise<StoreDriver>
}

/**
 * Declares the tests that every store must pass: the store contract itself,
 * and what the memory promises on top of it.
 *
 * @example
 * ```ts no-run
 * import { describeStore } from '@skein/memory/testing'
 * import { myStore } from './my-store.ts'
 *
 * describeStore('myStore', { create: () => myStore() })
 * ```
 */
export function describeStore(name: string, options: StoreContractOptions): void {
  describe(`Store contract: ${name}`, () => storeCases(options))
  describe(`Memory contract: ${name}`, () => memoryCases(options))
}
