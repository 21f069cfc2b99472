import type { StoreDriver } from '../store/store-driver.ts'

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
