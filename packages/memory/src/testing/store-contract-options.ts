import type { StoreDriver } from '../store/store-driver.ts'

/** A part of the store contract. */
export type StoreContractPart =
  | 'store'
  | 'facts'
  | 'observations'
  | 'objects'
  | 'once'
  | 'watch'
  | 'lifetime'
  | 'learnings'
  | 'alerts'
  | 'claims'
  | 'escalations'
  | 'access'
  | 'audit'
  | 'sealing'
  | 'verify'
  | 'values'
  | 'large values'

/** How the suite gets at stores. */
export interface StoreContractOptions {
  /** A driver on an empty place. */
  create(): StoreDriver | Promise<StoreDriver>
  /**
   * Another driver on the same place as the one made last, as another process
   * would have it. Left out by stores that only one process can reach: the
   * cases that need it are then skipped by name.
   */
  reopen?(): StoreDriver | Promise<StoreDriver>
  /**
   * Declares these parts alone, so that a suite can be spread over several files.
   *
   * @defaultValue all of them
   */
  readonly parts?: readonly StoreContractPart[]
}
