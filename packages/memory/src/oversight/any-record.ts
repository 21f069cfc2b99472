import type { Correction } from '../corrections/correction.ts'
import type { Collection } from '../store/collections.ts'
import type { Label } from '../values/access.ts'

/** A record of any kind, as a browser of the memory sees it. Times are Unix milliseconds by the store's clock. */
export interface AnyRecord extends Label {
  readonly collection: Collection
  readonly id: string
  readonly value: unknown
  /** Length of the stored value, in UTF-16 units. */
  readonly size: number
  readonly version: number
  readonly seq: number
  readonly author: string
  readonly task: string | undefined
  readonly tags: readonly string[]
  readonly importance: number | undefined
  /** Ids of the objects that it was made from. */
  readonly derivedFrom: readonly string[]
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt: number | undefined
  /** Why it holds no more; absent while it holds. */
  readonly correction?: Correction
  /** The corrected records that cast doubt on it, as `collection/id`; absent where there are none. */
  readonly doubts?: readonly string[]
}
