import { storedCorrection } from '../corrections/correction.ts'
import { isLost } from '../history/differences.ts'
import type { Actor } from '../space/actor.ts'
import type { ShownDifference } from '../space/past-sight.ts'
import type { Shown } from '../space/shown.ts'
import { collectionsWith, hasTrait } from '../store/collections.ts'
import type { Collection } from '../store/collections.ts'
import { correctedKey } from '../store/correction-key.ts'
import type { Seq } from '../store/record.ts'
import type { OptionKinds } from '../values/require-options.ts'
import type { AnyRecord } from './any-record.ts'

/** Which changes to report on. */
export interface DiffOptions {
  /** After this time, Unix milliseconds by the store's clock; not a `Date`. */
  readonly since: number
  /**
   * Up to this time, Unix milliseconds.
   *
   * @defaultValue the present
   */
  readonly until?: number
  /** Only records of this task, before or after. Erasures have none. */
  readonly task?: string
}

/** How a record differs between two times. */
export interface RecordDifference {
  readonly collection: Collection
  readonly id: string
  /**
   * `added`: written for the first time, or again after a delete. `changed`: has another version. `removed`: deleted, or
   * above the clearance now. `corrected`: retracted or superseded. `unknown`: both versions are lost, so it may be unchanged.
   */
  readonly change: 'added' | 'changed' | 'removed' | 'corrected' | 'unknown'
  /** As it was at `since`; `undefined` if it was not there, or is lost. */
  readonly before: AnyRecord | undefined
  /** As it was at `until`; likewise. */
  readonly after: AnyRecord | undefined
  /** Who made the last of the changes; `undefined` where that is not known. */
  readonly author: string | undefined
  /** When, Unix milliseconds by the store's clock. */
  readonly at: number | undefined
  /** Present where a version is lost, since the record was written more often than versions are kept: from when on there are some. */
  readonly reachesTo?: number
}

export const diffKinds: OptionKinds<DiffOptions> = { since: 'any', until: 'any', task: 'any' }

/** Turns records into what a browser of the memory sees. */
type ToRecords = (records: readonly Shown[]) => Promise<readonly AnyRecord[]>

/** Kinds that are written once, and whose writing is news. */
const written = [...collectionsWith('shared'), 'erasures' as const].filter((collection) => {
  return collection !== 'corrections' && !hasTrait(collection, 'recalled')
})
const pageSize = 500

/** What changed between two times, as far as an actor may see it; see `Records.diff`. */
export async function* diffRecords(
  actor: Actor,
  { since, until, task }: DiffOptions,
  toRecords: ToRecords,
): AsyncGenerator<RecordDifference, void, undefined> {
  const isMeant = (...records: readonly (Shown | undefined)[]): boolean => {
    return task === undefined || records.some((record) => record?.task === task)
  }
  for (const collection of collectionsWith('recalled')) {
    for await (const found of actor.past.differences(collection, { since, until })) {
      if (isMeant(found.before, found.after)) yield differenceOf(found, toRecords)
    }
  }
  const isIn = (time: number): boolean => time > since && time <= (until ?? Infinity)
  for (const collection of written) {
    for await (const page of pagesSince(actor, collection, since)) {
      const added = page.filter((record) => isIn(record.createdAt) && isMeant(record))
      for (const record of await toRecords(added)) yield additionOf(record, isIn)
    }
  }
  for await (const page of pagesSince(actor, 'corrections', since)) {
    for (const correction of page) {
      const key = isIn(correction.updatedAt) ? correctedKey(correction) : undefined
      if (!key || storedCorrection(correction)?.state === 'confirmed') continue
      const record = await actor.read(key, 'list', 'all')
      // What was written since is told of already, as it is now.
      if (!record?.isWithdrawn || record.createdAt > since || !isMeant(record)) continue
      const [after] = await toRecords([record])
      if (after) yield correctionOf(after)
    }
  }
}

/** What this principal may see of the records that were written since a time, corrected ones included. */
async function* pagesSince(
  actor: Actor,
  collection: Collection,
  since: number,
): AsyncGenerator<readonly Shown[], void, undefined> {
  let after: Seq | undefined
  do {
    const page = await actor.query({ collection, since, order: 'oldest', limit: pageSize, after }, 'all')
    yield page.records
    after = page.next
  } while (after !== undefined)
}

async function differenceOf(
  { before, after, deleted }: ShownDifference,
  toRecords: ToRecords,
): Promise<RecordDifference> {
  const { collection, id } = (before ?? after) as Shown
  const lost = [before, after].find((record) => record !== undefined && isLost(record))
  const [was, is] = await Promise.all(
    [before, after].map(async (record) => (record && !isLost(record) ? (await toRecords([record]))[0] : undefined)),
  )
  const change = !after ? 'removed' : !is ? 'unknown' : before ? 'changed' : 'added'
  const last = is ? after : deleted
  return {
    collection,
    id,
    change,
    before: was,
    after: is,
    author: last?.author,
    at: last?.updatedAt,
    ...(lost && { reachesTo: lost.updatedAt }),
  }
}

function additionOf(record: AnyRecord, isIn: (time: number) => boolean): RecordDifference {
  const { collection, id, author, createdAt: at, correction, ...rest } = record
  // What was corrected later held then.
  const isCorrected = correction !== undefined && isIn(correction.at ?? at)
  const after = { collection, id, author, createdAt: at, ...rest, ...(isCorrected && { correction }) }
  return { collection, id, change: 'added', before: undefined, after, author, at }
}

function correctionOf(after: AnyRecord): RecordDifference {
  const { correction, ...before } = after
  const { collection, id } = after
  return { collection, id, change: 'corrected', before, after, author: correction?.author, at: correction?.at }
}
