import { setImmediate as nextTurn } from 'node:timers/promises'

import type { ObjectShelf } from '../objects/object-shelf.ts'
import type { StoredSpace } from '../space/space.ts'
import type { DeleteMutation, Mutation } from '../store/mutation.ts'
import { hashOf } from '../store/object-id.ts'
import type { StoredRecord } from '../store/record.ts'
import { sourceName } from '../store/source-name.ts'
import type { Store } from '../store/store.ts'
import { withWithdrawn } from '../values/access.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import type { Erasure } from './erasure.ts'
import { notePart } from './erasure-notes.ts'
import type { Doomed, Plan } from './erasure-plan.ts'
import { lastToGo, partKeys, partsAtOnce, planKey, searchKey } from './erasure-plan.ts'
import { erasePast } from './find-past.ts'
import { leaveMarks } from './leave-marks.ts'

/** How long a step may keep other writers waiting, in milliseconds. */
const stepMs = 6
const fewestAtOnce = 16
const mostAtOnce = 200

/** How many records go in the first step of an erasure. */
const firstStep = 25

/** What carries an erasure out. The store shows what is being erased. */
export interface Erasers {
  readonly store: Store
  readonly shelf: Pick<ObjectShelf, 'forget'>
  /** Identifies this thread in the audit. */
  readonly owner: string
  /** Checked between two steps. @throws MemoryClosedError */
  assertOpen(): void
}

/** What carries erasures out in a space. */
export function erasersOf(space: StoredSpace): Erasers {
  const { whole: store, shelf, owner } = space
  return { store, shelf, owner, assertOpen: () => space.assertOpen() }
}

/**
 * Carries out an erasure that is in force: in steps, so that other writers are not kept waiting. Several may do
 * that at once, and again after one of them has ended in between: what is gone is left out, and noted once. It is in
 * force until it is completed, see {@link complete}.
 *
 * @returns how many contents of objects are gone.
 */
export async function carryOut(erasers: Erasers, plan: Plan): Promise<number> {
  const { store, shelf, owner } = erasers
  const key = { collection: 'erasures', id: plan.id } as const
  const [record] = await store.read([key])
  // Somebody else has completed it.
  if (!record) return 0
  let size = firstStep
  const hashes = new Set<string>()
  for (const [n, part] of plan.parts.entries()) {
    for (const { collection, id } of part) if (collection === 'objects') hashes.add(hashOf(id))
    await notePart(store, owner, plan, n, record)
    for (let from = 0; from < part.length;) {
      erasers.assertOpen()
      const step = part.slice(from, from + size)
      const startedAt = performance.now()
      await eraseStep(erasers, plan, step, record)
      from += step.length
      if (step.length === size) size = nextStep(size, performance.now() - startedAt)
      await nextTurn()
    }
  }
  let contents = 0
  for (const hash of hashes) {
    await shelf.forget(hash)
    if (await isGone(store, hash, record)) contents += 1
  }
  return contents
}

/**
 * Whether no object has a content any longer, as far as they know who may see the record of the erasure. An object above
 * their clearance may still have it, which is not for them to learn.
 */
async function isGone(store: Store, hash: string, { sensitivity, compartments }: StoredRecord): Promise<boolean> {
  const audience = withWithdrawn({ level: sensitivity, compartments })
  const { records } = await store.list({ collection: 'objects', prefix: hash, limit: 1, audience })
  return records.length === 0
}

/** Removes some of what a plan names: records with their past versions, past versions of records that stay. */
async function eraseStep(erasers: Erasers, plan: Plan, step: readonly Doomed[], record: StoredRecord): Promise<void> {
  const { store } = erasers
  const whole = step.filter(({ isPast }) => !isPast)
  await erase(store, plan, whole, record)
  // Somebody may have replaced what was to go.
  await erasePast(
    store,
    whole.map((one) => ({ ...one, version: lastToGo(plan, one) })),
    plan.seq,
  )
  const past = step.filter(({ isPast }) => isPast)
  for (const { collection, id, version } of past) await store.changePast({ collection, id }, [{ version }])
  const present = await store.read(past.map(({ collection, id }) => ({ collection, id })))
  // What was deleted before is gone with its last version, also for other nodes.
  const deleted = new Map(past.filter((_, n) => !present[n]).map((one) => [sourceName(one), one]))
  await leaveMarks(store, plan, [...whole, ...deleted.values()], record)
}

/** Removes records that a plan names, as far as they are there. */
async function erase(
  store: Store,
  plan: Plan,
  step: readonly Doomed[],
  { author }: Pick<StoredRecord, 'author'>,
): Promise<void> {
  for (;;) {
    const found = await store.read(step.map(({ collection, id }) => ({ collection, id })))
    const present = found.filter((record, n): record is StoredRecord => {
      return record !== undefined && record.seq <= plan.seq && record.version <= lastToGo(plan, step[n] as Doomed)
    })
    if (present.length === 0) return
    const removals = present.map(({ collection, id, version }): DeleteMutation => {
      return { type: 'delete', key: { collection, id }, author, ifVersion: version }
    })
    const { ok } = await store.write(removals)
    if (ok) return
  }
}

/**
 * Marks an erasure as done, and removes its plan. Of a long one, most parts go before, some at a time, and the contents
 * are noted before that: whoever finds a plan that lacks parts knows no longer which there were.
 */
export async function complete(erasers: Erasers, plan: Plan, contents: number): Promise<void> {
  const { store } = erasers
  // It may say what the records were like, so it goes before the medium is cleaned.
  const search = searchKey(plan.id)
  if ((await store.read([search]))[0]) await store.write([{ type: 'delete', key: search, author: 'skein' }])
  await store.scrub()
  const removals = partKeys(plan).map((key): DeleteMutation => ({ type: 'delete', key, author: 'skein' }))
  const head: DeleteMutation = { type: 'delete', key: planKey(plan.id), author: 'skein', ifVersion: plan.version }
  const last = [head, ...removals.splice(0, partsAtOnce)]
  const total = (plan.contents ?? 0) + contents
  if (removals.length > 0) await report(store, plan, 'running', total, [])
  for (let from = 0; from < removals.length; from += partsAtOnce) {
    erasers.assertOpen()
    await store.write(removals.slice(from, from + partsAtOnce))
    await nextTurn()
  }
  await report(store, plan, 'done', total, last)
}

/**
 * Says in the record of an erasure how far it is, and writes more in the same atom. Nothing happens if somebody else has
 * completed the plan; another plan of the same erasure may be in force by then.
 */
async function report(
  store: Store,
  { id, version: planned }: Plan,
  state: Erasure['state'],
  contents: number,
  more: readonly Mutation[],
): Promise<void> {
  const key = { collection: 'erasures', id } as const
  for (;;) {
    const [record, head] = await store.read([key, planKey(id)])
    const before = record && (decodeJson(record.value) as Erasure)
    if (!record || before?.state !== 'running' || head?.version !== planned) return
    const { author, sensitivity, compartments, version } = record
    const tags = state === 'running' ? record.tags : []
    const said: Erasure = { ...before, state, contents: Math.max(before.contents, contents) }
    const meta = { author, tags, derivedFrom: [], sensitivity, compartments }
    const { ok } = await store.write([{ type: 'set', key, value: encodeJson(said), meta, ifVersion: version }, ...more])
    if (ok) return
  }
}

/**
 * How many records go in the next step. Only the store knows what removing one takes: of a long text, all that search
 * knows of its words has to go.
 *
 * @param size - How many went in the step before.
 * @param tookMs - How long that took.
 */
function nextStep(size: number, tookMs: number): number {
  const fitting = Math.floor((size * stepMs) / Math.max(tookMs, 1))
  return Math.min(mostAtOnce, 2 * size, Math.max(fewestAtOnce, fitting))
}
