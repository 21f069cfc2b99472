import { writeOptionKinds } from '../space/write-options.ts'
import type { WriteOptions } from '../space/write-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** Options of `Facts.set`. */
export interface SetFactOptions extends WriteOptions {
  /** Write only if this is still the version; 0 means "only if absent". */
  readonly ifVersion?: number
}

/** Options of `Facts.update`; an omitted option keeps the fact's value. */
export type UpdateFactOptions = Omit<SetFactOptions, 'ifVersion'>

/** Options of `Facts.delete`. */
export type DeleteFactOptions = Pick<SetFactOptions, 'ifVersion' | 'claim'>

/** Options of `Facts.read`. */
export interface ReadFactOptions {
  /** `strong` asks the store even when there is a valid cached copy. */
  readonly consistency?: 'cached' | 'strong'
  /** Read the fact as it was at this time, Unix milliseconds by the store's clock. */
  readonly asOf?: number
}

/** For {@link SetFactOptions}. */
export const setFactKinds: OptionKinds<SetFactOptions> = { ...writeOptionKinds, ifVersion: 'any' }
/** For {@link DeleteFactOptions}. */
export const deleteFactKinds: OptionKinds<DeleteFactOptions> = { ifVersion: 'any', claim: 'object' }
/** For {@link ReadFactOptions}. */
export const readFactKinds: OptionKinds<ReadFactOptions> = { consistency: 'any', asOf: 'any' }
