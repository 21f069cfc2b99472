import type { StoredRecord } from '../store/record.ts'
import type { StoreDriver } from '../store/store-driver.ts'

/** A part of the store contract. */
export type StoreContractPart =
  | 'store'
  | 'facts'
  | 'observations'
  | 'vectors'
  | 'objects'
  | 'once'
  | 'forgetting'
  | 'holds'
  | 'history'
  | 'transactions'
  | 'retention'
  | 'corrections'
  | 'watch'
  | 'late hints'
  | 'outages'
  | 'data loss'
  | 'lifetime'
  | 'learnings'
  | 'alerts'
  | 'claims'
  | 'escalations'
  | 'access'
  | 'audit'
  | 'secrets'
  | 'sealing'
  | 'plain secrets'
  | 'plain leftovers'
  | 'tampering'
  | 'verify'
  | 'values'
  | 'names'
  | 'limits'
  | 'large values'

/** Changes single rows of a storage, open or not. The feed and the lists stay as they are. */
export interface Tampering {
  /** Puts a record in the place of its key, with a checksum that is right, if the store has any. */
  put(space: string, record: StoredRecord): void | Promise<void>
}

/** How the suite creates stores. */
export interface StoreContractOptions {
  /** Makes a driver on empty storage. */
  create(): StoreDriver | Promise<StoreDriver>
  /**
   * Makes another driver on the storage of the last one, as another process
   * would. Leave it out for stores that only one process can reach; the suite
   * then skips the cases that need it.
   */
  reopen?(): StoreDriver | Promise<StoreDriver>
  /**
   * Keeps the present state of the last storage. Resolves to a function that puts it
   * back, as somebody does who restores an older backup. Stores that are open stay
   * open: they may fail meanwhile. Leave it out if nothing can be put back under an
   * open store; the suite then skips the cases that need it.
   */
  snapshot?(): Promise<() => Promise<void>>
  /**
   * Reaches the rows of the last storage behind the store's back, as somebody does who has the file or the server.
   * Leave it out if nobody can; the suite then skips the cases that need it.
   */
  readonly tamper?: Tampering
  /**
   * Declares only these parts, so that a suite can be split over several files.
   *
   * @defaultValue all of them
   */
  readonly parts?: readonly StoreContractPart[]
}
