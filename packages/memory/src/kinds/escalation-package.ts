import { asHeld, covers } from '../values/access.ts'
import type { Audience } from '../values/access.ts'
import type { Actor } from '../space/actor.ts'
import type { Escalation } from './escalation.ts'
import { decodeJson } from '../values/json.ts'
import { visibleSources } from '../store/source-name.ts'
import type { Shown } from '../space/shown.ts'
import { collectionsWith } from '../store/collections.ts'
import type { Collection, CollectionWith } from '../store/collections.ts'
import { recordPages } from '../store/record-pages.ts'

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
  /**
   * The number of the task's records that this principal may not see. Only for those with the right `administer`:
   * nothing else counts what is hidden.
   */
  readonly leftOut?: number
  /** Whether there were more records that this principal may see than a package holds. */
  readonly isCut: boolean
}

/** A package holds this many of the newest records of each kind. */
const most = 1_000

/** Gathers all records of an escalation's task. */
export async function escalationPackage(actor: Actor, escalation: Escalation): Promise<EscalationPackage> {
  const { task } = escalation
  const pages = await Promise.all(
    packaged.map((collection) => actor.query({ collection, task, order: 'newest', limit: most })),
  )
  const records = {} as Record<keyof PackagedRecords, PackagedRecord[]>
  for (const kind of collectionsWith('packaged')) {
    const ofKind = pages[packaged.indexOf(kind)]?.records ?? []
    records[kind] = ofKind.map((record) => toPackaged(record, actor.audience))
  }
  const visible = pages.flatMap((page) => page.records)
  return {
    ...records,
    escalation,
    timeline: visible
      .toSorted((a, b) => a.seq - b.seq)
      .map(({ seq, updatedAt: at, collection, id, author }) => ({ seq, at, collection, id, author })),
    ...(actor.has('administer') && { leftOut: await countHidden(actor, task) }),
    isCut: pages.some(({ next }) => next !== undefined),
  }
}

/** The kinds of record that a package shows, or lists in its timeline. */
const packaged: readonly Collection[] = [...collectionsWith('packaged'), 'escalations']

/** How many records of a task are above a clearance. */
async function countHidden({ unseen, audience }: Actor, task: string): Promise<number> {
  let hidden = 0
  for (const collection of packaged) {
    for await (const page of recordPages(unseen, { collection, task, limit: most })) {
      hidden += page.filter((record) => !covers(audience, asHeld(record))).length
    }
  }
  return hidden
}

function toPackaged(record: Shown, audience: Audience): PackagedRecord {
  const { id, author, updatedAt: at, value } = record
  return { id, author, at, value: decodeJson(value), derivedFrom: visibleSources(record, audience) }
}
