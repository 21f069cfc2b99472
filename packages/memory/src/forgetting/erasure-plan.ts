import { setImmediate as nextTurn } from 'node:timers/promises'

import { runningTag } from '../federation/erased.ts'
import type { Stamp } from '../federation/fact-state.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import type { SetMutation, Written } from '../store/mutation.ts'
import { recordPages } from '../store/record-pages.ts'
import type { Store } from '../store/store.ts'
import { publicLabel } from '../values/access.ts'
import type { Label, Principal } from '../values/access.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { isSealed } from '../values/sealed-text.ts'
import type { ForgetFilter } from './forget-options.ts'

/*
 * An erasure is planned before anything goes: records of `settings` name what goes, in parts, and with the record in
 * `erasures`, which is tagged, the plan comes into force. From then on nobody reads what it names (`hideForgotten`),
 * and whoever finds it carries it out (`carryOut`), as often as it takes.
 *
 *   settings/erasing/<id>                 how many parts there are, and of which draft; its `seq` is the moment of the erasure
 *   settings/erasing/<id>/<draft>/<n>     a part: what goes
 *   settings/erasing/<id>/<draft>/draft   how many parts there will be; gone as soon as the plan is in force
 *   settings/erasing/<id>/search          what was asked for, until nothing more of it is found
 *
 * Several may plan one erasure, and carry it out: another node may tell of it several times. So each draft has parts of
 * its own, and only the plan that is in force is completed.
 */

/** A record that is to go, as it was seen. */
export interface Doomed extends RecordKey, Label {
  readonly version: number
  /** Of the version that was seen. */
  readonly seq: Seq
  readonly createdAt: number
  /** Whether it is this past version alone: the record itself stays. */
  readonly isPast?: boolean | undefined
}

/** An erasure that is not complete. */
export interface Plan {
  readonly id: string
  /** The version of its head. */
  readonly version: number
  /** Whose parts it has. */
  readonly draft: string
  /** The moment of the erasure. */
  readonly seq: Seq
  /** The same by the store's clock, Unix milliseconds. */
  readonly at: number
  readonly parts: readonly (readonly Doomed[])[]
  /** What another node told of, by its name as a source: of a fact, the stamp up to which it goes. */
  readonly told?: Told | undefined
  /** Contents of objects that went with the same erasure before: another node may tell of it in several messages. */
  readonly contents?: number | undefined
}

/**
 * What an erasure began with. Something that goes may have been written while it was looked for, so whoever completes the
 * erasure looks again. An erasure that another node tells of has none.
 */
export interface Search {
  /** Names of records, or what they are like. */
  readonly what: readonly string[] | ForgetFilter
  /** A position before the search. */
  readonly since: Seq
  /** Whether records go some time after they were hidden: somebody who has not heard may write over them. */
  readonly isInSteps: boolean
  /** Whoever asked for it. */
  readonly principal: Principal
}

/**
 * The last version that goes of a record that a plan names. Of what was asked for here only versions go that were
 * checked: a later one may be somebody else's, held, or about something else. Another node has checked all before it told.
 */
export function lastToGo({ told }: Pick<Plan, 'told'>, { version }: Pick<Doomed, 'version'>): number {
  return told ? Infinity : version
}

/** The names that another node told of. */
export type Told = ReadonlyMap<string, Stamp>

/** The draft of a plan that is written at once. */
const noDraft = '0'
/** How many records of erasures, or of drafts, are listed at a time. */
export const pageSize = 100
/** How many records one part names. */
const partSize = 500
/** So many parts are read or removed at a time, since others wait for it: each may name hundreds of records. */
export const partsAtOnce = 4

/** Records in the parts in which they go. */
export function inParts<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / partSize)
  return Array.from({ length: count }, (_, n) => items.slice(n * partSize, (n + 1) * partSize))
}

/** What a part says of records of one kind under one label: their ids, each with its version and position. A plan is as short as can be. */
type Group = readonly [
  collection: Doomed['collection'],
  sensitivity: Doomed['sensitivity'],
  compartments: readonly string[],
  isPast: 0 | 1,
  versions: readonly Version[],
]

type Version = readonly [id: string, version: number, seq: Seq, createdAt: number]

/** The write of a part. */
export function partOf(id: string, draft: string, doomed: readonly Doomed[], n: number): SetMutation {
  const groups = new Map<string, { readonly group: Group; readonly versions: Version[] }>()
  for (const { collection, id: name, version, seq, createdAt, sensitivity, compartments, isPast } of doomed) {
    const like = JSON.stringify([collection, sensitivity, compartments, isPast ? 1 : 0])
    const known = groups.get(like)
    if (known) known.versions.push([name, version, seq, createdAt])
    else {
      const versions: Version[] = [[name, version, seq, createdAt]]
      groups.set(like, { group: [collection, sensitivity, compartments, isPast ? 1 : 0, versions], versions })
    }
  }
  const parts = [...groups.values()].map(({ group }) => group)
  return settingOf(partKey(id, draft, n), parts)
}

/** The writes of a plan that is in force as soon as it is stored. */
export function planAtOnce(id: string, doomed: readonly Doomed[]): readonly SetMutation[] {
  const head: Head = { parts: 1, draft: noDraft }
  return [partOf(id, noDraft, doomed, 0), settingOf(planKey(id), head)]
}

/** What a plan is known by, once the last one of its writes is stored: that of its head. */
export function planOf(id: string, draft: string | undefined, head: Written | undefined): Omit<Plan, 'parts'> {
  const { version = 0, seq = 0, updatedAt = 0 } = head ?? {}
  return { id, draft: draft ?? noDraft, version, seq, at: updatedAt }
}

/** What the head of a plan says. */
export interface Head {
  readonly parts: number
  readonly draft: string
  readonly told?: readonly (readonly [string, Stamp])[]
  readonly contents?: number | undefined
}

/** The keys of the parts of a plan. */
export function partKeys({ id, draft, parts }: Plan): readonly RecordKey[] {
  return parts.map((_, n) => partKey(id, draft, n))
}

/**
 * All erasures that are not complete, oldest first.
 *
 * @param known - Plans that were read before. A plan that is in force never changes, so its parts are not read again.
 */
export async function runningPlans(
  store: Pick<Store, 'query' | 'read'>,
  known: readonly Plan[] = [],
): Promise<readonly Plan[]> {
  const plans: Plan[] = []
  for await (const page of recordPages(store, { collection: 'erasures', tags: [runningTag], limit: pageSize })) {
    for (const { id } of page) {
      const [head] = await store.read([planKey(id)])
      // Without the key, nothing that it hides can be read either.
      if (!head || isSealed(head.value)) continue
      plans.push(known.find((plan) => plan.id === id && plan.seq === head.seq) ?? (await readPlan(store, id, head)))
    }
  }
  return plans
}

async function readPlan(store: Pick<Store, 'read'>, id: string, head: StoredRecord): Promise<Plan> {
  const { parts: count, draft, told, contents } = decodeJson(head.value) as Head
  const parts: (readonly Doomed[])[] = []
  for (let from = 0; from < count; from += partsAtOnce) {
    const keys = Array.from({ length: Math.min(partsAtOnce, count - from) }, (_, n) => partKey(id, draft, from + n))
    for (const record of await store.read(keys)) parts.push(record ? doomedOf(record) : [])
    await nextTurn()
  }
  return { ...planOf(id, draft, head), parts, contents, ...(told && { told: new Map(told) }) }
}

function doomedOf({ value }: StoredRecord): readonly Doomed[] {
  return (decodeJson(value) as readonly Group[]).flatMap(([collection, sensitivity, compartments, isPast, versions]) =>
    versions.map(([id, version, seq, createdAt]) => ({
      collection,
      id,
      version,
      seq,
      createdAt,
      sensitivity,
      compartments,
      isPast: isPast === 1,
    })),
  )
}

/** What a past version is hidden by while it is being erased. */
export function pastName({ collection, id, version }: RecordKey & { readonly version: number }): string {
  return `past ${version} ${collection}/${id}`
}

/** The key of what a plan began with. */
export function searchKey(id: string): RecordKey {
  return { collection: 'settings', id: `erasing/${id}/search` }
}

/** The write of what a plan began with, as sensitive as that it was forgotten. */
export function searchMutation(id: string, search: Search, label: Label): SetMutation {
  const { sensitivity, compartments } = label
  const meta = { author: 'skein', tags: [], derivedFrom: [], sensitivity, compartments }
  return { type: 'set', key: searchKey(id), value: encodeJson(search), meta }
}

/** What a plan began with, if that is still to be looked for again. @throws MissingKeyError */
export async function readSearch(store: Pick<Store, 'read'>, id: string): Promise<Search | undefined> {
  const [record] = await store.read([searchKey(id)])
  return record && (decodeJson(record.value) as Search)
}

/** The key of a plan's head. */
export function planKey(id: string): RecordKey {
  return { collection: 'settings', id: `erasing/${id}` }
}

/** The key of a part. */
export function partKey(id: string, draft: string, n: number): RecordKey {
  return { collection: 'settings', id: `erasing/${id}/${draft}/${n}` }
}

/** The write of one of a plan's records. */
export function settingOf(key: RecordKey, value: unknown): SetMutation {
  const meta = { author: 'skein', tags: [], derivedFrom: [], ...publicLabel }
  return { type: 'set', key, value: encodeJson(value), meta }
}
