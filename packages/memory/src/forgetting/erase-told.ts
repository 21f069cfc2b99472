import { setTimeout as pause } from 'node:timers/promises'

import type { ErasedName, ToldErasure } from '../federation/content.ts'
import { isErasedBy, runningTag } from '../federation/erased.ts'
import { decodeReplica, shownEntries } from '../federation/fact-replica.ts'
import { isAfter } from '../federation/fact-state.ts'
import type { Stamp } from '../federation/fact-state.ts'
import { markerKey } from '../federation/record-exchange.ts'
import type { Marker } from '../federation/record-exchange.ts'
import { correctionKey } from '../store/correction-key.ts'
import type { CheckMutation, Mutation } from '../store/mutation.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import { sourceName } from '../store/source-name.ts'
import type { Store } from '../store/store.ts'
import { usesOf } from '../store/uses-of.ts'
import { asHeld, joinLabels } from '../values/access.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { carryOut, complete } from './carry-out.ts'
import type { Erasers } from './carry-out.ts'
import type { Erasure } from './erasure.ts'
import { enforce, writeDraft } from './erasure-draft.ts'
import { inParts, planOf, runningPlans } from './erasure-plan.ts'
import type { Plan, Told } from './erasure-plan.ts'
import { erasePast } from './find-past.ts'
import { reachable } from './forget-options.ts'
import { heldAmong } from './held-among.ts'
import { readHolds, sameHolds } from './hold.ts'
import { leaveMarks } from './leave-marks.ts'

/**
 * Erases here what was erased on another node, in the same way: at once for readers, part by part, completed by whoever
 * opens the space if this process ends. Names of which nothing is here are kept too, so that late copies are refused.
 *
 * Nobody's rights are asked for: the node where it began has done that. What is held on this node stays.
 *
 * @param reader - The store as readers see it.
 * @returns whether it was new on this node.
 */
export async function eraseTold(
  erasers: Erasers & { readonly noticeMs: number },
  reader: Store,
  erasure: ToldErasure,
  from: string,
): Promise<boolean> {
  // This node may have ended in the middle of it.
  for (const plan of await runningPlans(erasers.store)) if (plan.id === erasure.id) await carryOutWhole(erasers, plan)
  for (;;) {
    const told = (await found(reader, erasure.names)).filter(({ mark, upTo }) => {
      return !isErasedBy(upTo ? mark && decodeReplica(mark).erased : mark && markerOf(mark).erased, erasure)
    })
    if (told.length === 0) return false
    const held = await readHolds(erasers.store)
    const present = told.flatMap((one) => one.record ?? [])
    const keptHere = await heldAmong(erasers.store, present, held)
    const gone = told.filter((one) => one.record !== undefined && !isLater(one) && !keptHere.has(one.record))
    const all = await allOf(reader, erasure, told, gone)
    const kept = await heldAmong(erasers.store, all, held)
    const doomed = all.filter((record) => !kept.has(record))
    const names: Told = new Map(told.map(({ key, upTo }) => [sourceName(key), upTo ?? noStamp]))
    // Whoever writes one of these facts meanwhile writes it after the erasure.
    const checks = gone
      .filter(({ upTo }) => upTo !== undefined)
      .map(({ key, record }): CheckMutation => ({ type: 'check', key, ifVersion: record?.version ?? 0 }))
    const plan = await putInForce(reader, erasure, from, { doomed, names, checks: [...checks, sameHolds(held)] })
    if (!plan) continue
    // What was deleted here before may have left versions. It goes before the marks: until they are there, all of this is
    // done again if this process ends.
    const absent = told.flatMap((one) => (one.record === undefined ? { ...noMeta, ...one.key } : []))
    const keptPast = await heldAmong(erasers.store, absent, held)
    await erasePast(
      erasers.store,
      absent.filter((one) => !keptPast.has(one)),
    )
    const [record] = await reader.read([{ collection: 'erasures', id: erasure.id }])
    if (record)
      await leaveMarks(
        reader,
        plan,
        told.filter((one) => !gone.includes(one)).map(({ key }) => key),
        record,
      )
    if (plan.parts.length > 1 && erasers.noticeMs > 0) await pause(erasers.noticeMs)
    await carryOutWhole(erasers, plan)
    return true
  }
}

async function carryOutWhole(erasers: Erasers, plan: Plan): Promise<void> {
  await complete(erasers, plan, await carryOut(erasers, plan))
}

/** For names of records that are no facts, where a plan keeps the stamp of a fact. */
const noStamp: Stamp = { ms: 0, count: 0 }

/** What a hold looks at where only a name is known. */
const noMeta = { author: '', tags: [], derivedFrom: [], updatedAt: 0, task: undefined }

/** A name, and what is here under it. */
interface Here {
  readonly key: RecordKey
  /** Of a fact. */
  readonly upTo: Stamp | undefined
  readonly record: StoredRecord | undefined
  /** Its marker, or of a fact its replica. */
  readonly mark: StoredRecord | undefined
}

async function found(reader: Store, names: readonly ErasedName[]): Promise<readonly Here[]> {
  const keys = names.map(([collection, id]): RecordKey => ({ collection, id }))
  const records = await reader.read(keys)
  const marks = await reader.read(keys.map((key) => markerKey(key)))
  return keys.map((key, n) => {
    const [, , ms = 0, count = 0] = names[n] as ErasedName
    const upTo = key.collection === 'facts' ? { ms, count } : undefined
    return { key, upTo, record: records[n], mark: marks[n] }
  })
}

function markerOf({ value }: StoredRecord): Marker {
  return decodeJson(value) as Marker
}

/** Whether a fact was written after the erasure: it is something else, and stays. */
function isLater({ upTo, mark }: Here): boolean {
  if (!upTo || !mark) return false
  const [shown] = shownEntries(decodeReplica(mark))
  return shown !== undefined && isAfter(shown, upTo)
}

/** What goes: the records, what was said about them, and where the erasure reaches that far, all that was derived from them here. */
async function allOf(
  reader: Store,
  { derived }: ToldErasure,
  told: readonly Here[],
  gone: readonly Here[],
): Promise<readonly StoredRecord[]> {
  const all = new Map(gone.map(({ record }) => [sourceName(record as StoredRecord), record as StoredRecord]))
  if (derived === 'forget') {
    for (let next = told; next.length > 0;) {
      const fresh: StoredRecord[] = []
      for await (const record of usesOfHere(reader, next)) {
        if (all.has(sourceName(record))) continue
        all.set(sourceName(record), record)
        fresh.push(record)
      }
      next = fresh.map((record) => ({ key: record, upTo: undefined, record, mark: undefined }))
    }
  }
  const corrections = await reader.read([...all.values()].map((record) => correctionKey(record)))
  for (const record of corrections) if (record) all.set(sourceName(record), record)
  return [...all.values()]
}

/** What names these as a source. What was made from a fact after it was written again is left out. */
async function* usesOfHere(reader: Store, ones: readonly Here[]): AsyncGenerator<StoredRecord> {
  const plain = ones.filter((one) => !isLater(one))
  const names = plain.map(({ key }) => sourceName(key))
  yield* usesOf(reader, names, reachable)
  for (const one of ones) {
    if (!isLater(one)) continue
    for await (const record of usesOf(reader, [sourceName(one.key)], reachable)) {
      if (record.updatedAt <= (one.upTo?.ms ?? 0)) yield record
    }
  }
}

/** What an erasure does on this node. */
interface Deed {
  readonly doomed: readonly StoredRecord[]
  readonly names: Told
  readonly checks: readonly CheckMutation[]
}

/** Hides what is to go, with the record that reports on it. Resolves to nothing if something was written meanwhile. */
async function putInForce(
  reader: Store,
  { id, author, at, reason, derived, sensitivity, compartments }: ToldErasure,
  node: string,
  { doomed, names, checks }: Deed,
): Promise<Plan | undefined> {
  const parts = inParts(doomed)
  const draft = await writeDraft(id, parts, {
    changes: (after, limit) => reader.changes(after, limit),
    write: async (mutation) => {
      const commit = await reader.write([mutation])
      return commit.ok ? commit.written[0] : undefined
    },
  })
  const key = { collection: 'erasures', id } as const
  const [before] = await reader.read([key])
  // Several messages may report on one erasure, as those of other nodes that had derived something else.
  const known = before && (decodeJson(before.value) as Erasure)
  const forgotten = { ...known?.forgotten }
  for (const { collection } of doomed) forgotten[collection] = (forgotten[collection] ?? 0) + 1
  const contents = known?.contents ?? 0
  const said: Erasure = { node, at, ...known, state: 'running', reason, derived, forgotten, contents }
  const label = joinLabels([{ sensitivity, compartments }, ...doomed.map(asHeld), ...(before ? [before] : [])])
  const meta = { author, tags: [runningTag], derivedFrom: [], ...label }
  const batch: readonly Mutation[] = [
    ...checks,
    { type: 'set', key, value: encodeJson(said), meta, ifVersion: before?.version ?? 0 },
    ...enforce(id, draft, { told: names, contents }),
  ]
  const commit = await reader.write(batch)
  if (!commit.ok) return undefined
  return { ...planOf(id, draft.name, commit.written.at(-1)), parts, told: names, contents }
}
