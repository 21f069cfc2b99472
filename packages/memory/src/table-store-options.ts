import type { StoreTraits } from './store/store.ts'
import type { OptionKinds } from './values/require-options.ts'

/** Options of {@link tableStore}. */
export interface TableStoreOptions {
  /** Which crashes a write survives once its transaction has ended: see {@link StoreTraits}. */
  readonly durable: StoreTraits['durable']
  /** Who can open the same storage. */
  readonly reach: StoreTraits['reach']
  /**
   * Changes that the feed keeps, about.
   *
   * @defaultValue 100_000
   */
  readonly maxChanges?: number
  /**
   * Interval for looking for other processes' changes, in milliseconds.
   *
   * @defaultValue 50
   */
  readonly pollMs?: number
}

/** For {@link TableStoreOptions}. */
export const tableStoreKinds: OptionKinds<TableStoreOptions> = {
  durable: 'string',
  reach: 'string',
  maxChanges: 'any',
  pollMs: 'any',
}
