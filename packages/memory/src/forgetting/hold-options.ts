import type { Collection } from '../store/collections.ts'
import { OptionError } from '../values/errors.ts'
import { requireStrings } from '../values/require-option.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'
import type { ForgetFilter } from './forget-options.ts'

/** Options of `view.holds.place`. */
export interface HoldOptions {
  /** Why, such as the name of the proceedings. It is as sensitive as what is held. */
  readonly reason: string
  /**
   * How to treat derived records: `hold` them too, or `leave` them out.
   *
   * @defaultValue 'hold'
   */
  readonly derived?: 'hold' | 'leave'
}

/** Options of `view.holds.release`. */
export interface ReleaseHoldOptions {
  /** Why the records need no longer be kept. */
  readonly reason: string
}

/** Options of `view.holds.list`. */
export interface ListHoldsOptions {
  /** @defaultValue 'in-force' */
  readonly state?: Hold['state'] | 'any'
}

/** A legal hold: its records can't be forgotten, deleted or overwritten, and do not expire. */
export interface Hold {
  readonly id: string
  readonly state: 'in-force' | 'released'
  readonly reason: string
  /** The records that it names, as `collection/id` or ids of objects; with `derived`, what was derived from them by then, too. */
  readonly records: readonly string[]
  /** All that it finds is held, whenever it was written. */
  readonly filter?: ForgetFilter
  readonly placedBy: string
  /** Unix milliseconds. */
  readonly placedAt: number
  /** Who released it, when and why. */
  readonly released?: { readonly by: string; readonly at: number; readonly reason: string }
}

/** The records that a new hold keeps. */
export interface HoldReport {
  /** Of the hold, to release it by. */
  readonly id: string
  /** Records that are held, or of which a past version is, as far as the principal can see them, by their kind. */
  readonly held: Readonly<Partial<Record<Collection, number>>>
  /** Past versions among them, that the principal can see. */
  readonly pastVersions: number
}

const holdKinds: OptionKinds<HoldOptions> = { reason: 'string', derived: 'string' }
const releaseKinds: OptionKinds<ReleaseHoldOptions> = { reason: 'string' }
const listKinds: OptionKinds<ListHoldsOptions> = { state: 'string' }

/** @throws OptionError */
export function requireHoldOptions(options: HoldOptions): Required<HoldOptions> {
  const { reason, derived = 'hold' } = requireOptions('holds.place', options, holdKinds)
  requireStrings('reason', [reason])
  if (derived !== 'hold' && derived !== 'leave') throw new OptionError('derived', "'hold' or 'leave'", derived)
  return { reason, derived }
}

/** @throws OptionError */
export function requireReleaseOptions(options: ReleaseHoldOptions): ReleaseHoldOptions {
  const { reason } = requireOptions('holds.release', options, releaseKinds)
  requireStrings('reason', [reason])
  return { reason }
}

/** @throws OptionError */
export function requireListHoldsOptions(options: ListHoldsOptions): Required<ListHoldsOptions> {
  const { state = 'in-force' } = requireOptions('holds.list', options, listKinds)
  if (state !== 'in-force' && state !== 'released' && state !== 'any') {
    throw new OptionError('state', "'in-force', 'released' or 'any'", state)
  }
  return { state }
}
