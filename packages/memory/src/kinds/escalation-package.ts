import type { Audience } from '../values/access.ts'
import type { Actor } from '../space/actor.ts'
import type { Escalation } from './escalation.ts'
import { decodeJson } from '../values/json.ts'
import { visibleSources } from '../store/object-id.ts'
import type { Space } from '../space/space.ts'
import { collectionsWith } from '../store/collections.ts'
import type { Collection, CollectionWith } from '../store/collections.ts'
import type { StoredRecord } from '../store/record.ts'

/** One event of a task. */
export interface TimelineEntry {
  readonly seq: number
  readonly at: number
  readonly collection: Collection
  readonly id: string
  readonly author: string
}

/** A record as a package shows it to a person. */
export interface PackagedRecord {
  readonly id: string
  readonly author: string
  /** Unix milliseconds, by the store's clock. */
  readonly at: number
  readonly value: unknown
  /** Ids of the objects that it was derived from. */
  readonly derivedFrom: readonly string[]
}

/** The records of an escalated task, by their kind: of objects their sizes, media types and sources, not their contents. */
export type PackagedRecords = {
  readonly [Kind in CollectionWith<'packaged'>]: readonly PackagedRecord[]
}

/** Everything known about an escalated task that one principal may see. */
export interface EscalationPackage extends PackagedRecords {
  readonly escalation: Escalation
  /** The events of the task, oldest first. */
  readonly timeline: readonly TimelineEntry[]
  /** The number of the task's records that this principal may not see. */
  readonly leftOut: number
  /** Whether there were more records than a package holds. */
  readonly isCut: boolean
}

/** A package holds this many of the newest records of each kind. */
const most = 1_000

/** Gathers all records of an escalation's task. */
export async function escalationPackage(
  space: Space,
  actor: Actor,
  escalation: Escalation,
): Promise<EscalationPackage> {
  const { task } = escalation
  const asked = [...collectionsWith('packaged'), 'escalations'] as const
  const pages = await Promise.all(
    asked.map((collection) => space.store.query({ collection, task, order: 'newest', limit: most })),
  )
  const all = pages.flatMap(({ records }) => records)
  const visible = asked.flatMap((collection, index) => actor.seeAll(collection, pages[index]?.records ?? []))
  const packaged = {} as Record<keyof PackagedRecords, PackagedRecord[]>
  for (const kind of collectionsWith('packaged')) {
    const records = visible.filter(({ collection }) => collection === kind)
    packaged[kind] = records.map((record) => toPackaged(record, actor.audience))
  }
  return {
    ...packaged,
    escalation,
    timeline: visible
      .toSorted((a, b) => a.seq - b.seq)
      .map(({ seq, updatedAt: at, collection, id, author }) => ({ seq, at, collection, id, author })),
    leftOut: all.length - visible.length,
    isCut: pages.some(({ next }) => next !== undefined),
  }
}

function toPackaged(record: StoredRecord, audience: Audience): PackagedRecord {
  const { id, author, updatedAt: at, value } = record
  return { id, author, at, value: decodeJson(value), derivedFrom: visibleSources(record, audience) }
}
