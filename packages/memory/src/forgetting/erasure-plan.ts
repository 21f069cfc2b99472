import { setImmediate as nextTurn } from 'node:timers/promises'

import { runningTag } from '../federation/erased.ts'
import type { Stamp } from '../federation/fact-state.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import type { DeleteMutation, SetMutation } from '../store/mutation.ts'
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
 *   settings/erasing/<id>          how many parts there are; its `seq` is the moment of the erasure
 *   settings/erasing/<id>/<n>      a part: what goes
 *   settings/erasing/<id>/draft    there until the plan is in force, and expires: parts without it and without a plan
 *                                  are of somebody who has died
 *   settings/erasing/<id>/search   what was asked for, until nothing more of it is found
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

/** How long somebody may take from the first part of a plan until it is in force. */
const draftMs = 3_600_000
const pageSize = 100
/** How many records one part names. */
const partSize = 500
/** So many parts are read or removed at a time, since others wait for it: each may name hundreds of records. */
export const partsAtOnce = 4

/** Records in the parts in which they go. */
export function inParts<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / partSize)
  return Array.from({ length: count }, (_, n) => items.slice(n * partSize, (n + 1) * partSize))
}

/** The writes of a plan's parts, to be made one by one before it is in force. The first one says that they are coming. */
export function* draftOf(id: string, parts: readonly (readonly Doomed[])[]): Generator<SetMutation> {
  yield { ...settingOf(draftKey(id), null), ttlMs: draftMs }
  for (const [n, part] of parts.entries()) yield partOf(id, part, n)
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

function partOf(id: string, doomed: readonly Doomed[], n: number): SetMutation {
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
  return settingOf(planKey(id, n), parts)
}

/**
 * The writes that put a plan of parts into force. They are few and short, whatever it names, since all others wait for
 * them.
 *
 * @param draft - The version of the first write of {@link draftOf}. Where it is gone, so may parts be.
 */
export function enforce(
  id: string,
  draft: number,
  parts: number,
  { told, contents }: Pick<Plan, 'told' | 'contents'> = {},
): readonly (SetMutation | DeleteMutation)[] {
  const head: Head = { parts, contents, ...(told && { told: [...told] }) }
  return [{ type: 'delete', key: draftKey(id), author: 'skein', ifVersion: draft }, settingOf(planKey(id), head)]
}

/** The writes of a plan that is in force as soon as it is stored. */
export function planAtOnce(id: string, doomed: readonly Doomed[]): readonly SetMutation[] {
  return [partOf(id, doomed, 0), settingOf(planKey(id), { parts: 1 } satisfies Head)]
}

interface Head {
  readonly parts: number
  readonly told?: readonly (readonly [string, Stamp])[]
  readonly contents?: number | undefined
}

/** The keys of all records of a plan. */
export function planKeys({ id, parts }: Plan): readonly RecordKey[] {
  return [planKey(id), ...parts.map((_, n) => planKey(id, n))]
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

/** Removes parts of plans that never came into force. */
export async function removeAbandoned(store: Store): Promise<void> {
  const used = new Set<string>()
  for (let after: string | undefined; ;) {
    const page = await store.list({ collection: 'settings', prefix: planKey('').id, after, limit: partsAtOnce })
    for (const { id: name, version } of page.records) {
      const [, id = '', part = ''] = name.split('/')
      if (!/^\d+$/.test(part) || used.has(id)) continue
      const isUsed = (await store.read([planKey(id), draftKey(id)])).some((record) => record !== undefined)
      if (isUsed) {
        used.add(id)
        continue
      }
      // Whoever has slept for so long may begin again just now.
      await store.write([
        { type: 'check', key: planKey(id), ifVersion: 0 },
        { type: 'check', key: draftKey(id), ifVersion: 0 },
        { type: 'delete', key: planKey(id, part), author: 'skein', ifVersion: version },
      ])
    }
    after = page.next
    if (after === undefined) return
    await nextTurn()
  }
}

async function readPlan(store: Pick<Store, 'read'>, id: string, head: StoredRecord): Promise<Plan> {
  const { parts: count, told, contents } = decodeJson(head.value) as Head
  const parts: (readonly Doomed[])[] = []
  for (let from = 0; from < count; from += partsAtOnce) {
    const keys = Array.from({ length: Math.min(partsAtOnce, count - from) }, (_, n) => planKey(id, from + n))
    for (const record of await store.read(keys)) parts.push(record ? doomedOf(record) : [])
    await nextTurn()
  }
  return { id, seq: head.seq, at: head.updatedAt, parts, contents, ...(told && { told: new Map(told) }) }
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

function planKey(id: string, part?: number | string): RecordKey {
  return { collection: 'settings', id: part === undefined ? `erasing/${id}` : `erasing/${id}/${part}` }
}

function draftKey(id: string): RecordKey {
  return planKey(id, 'draft')
}

function settingOf(key: RecordKey, value: unknown): SetMutation {
  const meta = { author: 'skein', tags: [], derivedFrom: [], ...publicLabel }
  return { type: 'set', key, value: encodeJson(value), meta }
}
