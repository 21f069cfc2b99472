import { liveRecord } from './apply-mutation.ts'
import type { Row } from './apply-mutation.ts'
import { hasTrait } from './collections.ts'
import type { Collection } from './collections.ts'
import type { Mutation } from './mutation.ts'
import type { StoredRecord } from './record.ts'

/**
 * A version that a later write replaced or deleted, exactly as it was stored: sealed and labelled as then. Or the
 * tombstone of a delete, which says who deleted the record and when.
 */
export interface PastVersion {
  readonly record: StoredRecord
  /** Whether it is a tombstone. */
  readonly deleted: boolean
  /** Until when it was the current version, Unix milliseconds by the store's clock. A tombstone ends where it begins. */
  readonly until: number
}

/** Asks which records of a collection have past versions. */
export interface PastQuery {
  readonly collection: Collection
  /** How their ids begin; `''` for all. */
  readonly prefix: string
  readonly limit: number
  /** The `next` of the previous page. */
  readonly after?: string | undefined
}

/** Ids in the order of code points. `next` is the last one of the page, absent on the last page. */
export interface PastPage {
  readonly ids: readonly string[]
  readonly next?: string | undefined
}

/** Changes one past version: removes it, or stores another sealed form of its value. */
export interface PastChange {
  readonly version: number
  /** Absent to remove it. */
  readonly value?: string | undefined
}

/** What a write does to the past versions of its record. */
export interface PastEffect {
  /** The versions that join them. */
  readonly added: readonly PastVersion[]
  /** Whether all of them go. */
  readonly isErased: boolean
  /** How many of each label stay; absent where all do. */
  readonly keep?: number | undefined
  /** Whether those beyond are looked for this time. */
  readonly isTrimmed: boolean
}

/** One write in so many trims, so that trimming costs a write next to nothing. Up to so many more than asked for are there. */
const trimEvery = 32

const noEffect: PastEffect = { added: [], isErased: false, isTrimmed: false }

/**
 * Decides what becomes of the version that a write replaces. A set that keeps nothing leaves what is there; a delete
 * that keeps nothing erases it.
 *
 * On Redis its twin decides: the section "Past" of `packages/redis/src/lua/write.lua`. Change both together.
 */
export function pastEffect(mutation: Mutation, before: Row | undefined, after: Row): PastEffect {
  const { type, key } = mutation
  if ((type !== 'set' && type !== 'delete') || !hasTrait(key.collection, 'recalled')) return noEffect
  const { updatedAt: until, version } = after.record
  if (mutation.keeps === undefined)
    return type === 'delete' ? { added: [], isErased: true, isTrimmed: false } : noEffect
  const replaced = liveRecord(before, until)
  const added = [
    ...(replaced ? [{ record: replaced, deleted: false, until }] : []),
    ...(type === 'delete' ? [{ record: after.record, deleted: true, until }] : []),
  ]
  const { versions } = mutation.keeps
  if (!Number.isFinite(versions)) return { added, isErased: false, isTrimmed: false }
  return { added, isErased: false, keep: versions, isTrimmed: version % trimEvery === 0 }
}

/** The versions that go where so many of each label stay, the newest. */
export function trimmed(newestFirst: readonly PastVersion[], keep: number): readonly PastVersion[] {
  const counts = new Map<string, number>()
  return newestFirst.filter(({ record: { sensitivity, compartments } }) => {
    const label = [sensitivity, ...compartments].join('+')
    const count = (counts.get(label) ?? 0) + 1
    counts.set(label, count)
    return count > keep
  })
}
