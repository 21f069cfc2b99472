import type { StoreTraits } from './store/store.ts'
import { requireDuration, requireInteger } from './values/require-option.ts'
import { requireOptions } from './values/require-options.ts'
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

const kinds: OptionKinds<TableStoreOptions> = { durable: 'string', reach: 'string', maxChanges: 'any', pollMs: 'any' }

/** Options with their defaults. @throws OptionError */
export function resolveTableStore(options: TableStoreOptions): Required<TableStoreOptions> {
  const resolved = { maxChanges: 100_000, pollMs: 50, ...requireOptions('tableStore', options, kinds) }
  requireInteger('maxChanges', resolved.maxChanges, 1)
  requireDuration('pollMs', resolved.pollMs)
  return resolved
}
