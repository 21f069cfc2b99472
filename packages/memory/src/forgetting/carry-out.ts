import { setImmediate as nextTurn } from 'node:timers/promises'

import { auditMutation } from '../audit/audit-log.ts'
import type { NotedGroup } from '../audit/noted-reads.ts'
import type { ObjectShelf } from '../objects/object-shelf.ts'
import type { DeleteMutation, Mutation } from '../store/mutation.ts'
import { hashOf } from '../store/object-id.ts'
import type { StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import type { Erasure } from './erasure.ts'
import type { Doomed, Plan } from './erasure-plan.ts'
import { lastToGo, partsAtOnce, planKeys, runningPlans } from './erasure-plan.ts'
import { erasePast } from './find-past.ts'
import { leaveMarks } from './leave-marks.ts'
import { firstStep, nextStep } from './step-size.ts'

/** What carries an erasure out. The store shows what is being erased. */
export interface Erasers {
  readonly store: Store
  readonly shelf: Pick<ObjectShelf, 'forget'>
  /** Identifies this thread in the audit. */
  readonly owner: string
  /** Checked between two steps. @throws MemoryClosedError */
  assertOpen(): void
}

/** Carries out all erasures that somebody has left, as a process that has ended. */
export async function carryOutAll(erasers: Erasers): Promise<void> {
  for (const plan of await runningPlans(erasers.store)) await carryOut(erasers, plan)
}

/**
 * Carries out an erasure that is in force: in steps, so that other writers are not kept waiting. Several may do
 * that at once, and again after one of them has ended in between: what is gone is left out, and noted once.
 *
 * @returns how many contents of objects are gone.
 */
export async function carryOut(erasers: Erasers, plan: Plan): Promise<number> {
  const { store, shelf } = erasers
  const key = { collection: 'erasures', id: plan.id } as const
  const [record] = await store.read([key])
  // Somebody else has completed it.
  if (!record) return 0
  let size = firstStep
  const hashes = new Set<string>()
  for (const part of plan.parts) {
    for (const { collection, id } of part) if (collection === 'objects') hashes.add(hashOf(id))
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
  for (const hash of hashes) if (await shelf.forget(hash)) contents += 1
  await store.scrub()
  await complete(erasers, plan, contents)
  return contents
}

/** Removes some of what a plan names: records with their past versions, past versions of records that stay. */
async function eraseStep(erasers: Erasers, plan: Plan, step: readonly Doomed[], record: StoredRecord): Promise<void> {
  const { store } = erasers
  const whole = step.filter(({ isPast }) => !isPast)
  await erase(erasers, plan, whole, record)
  // Somebody may have replaced what was to go.
  await erasePast(
    store,
    whole.map((one) => ({ ...one, version: lastToGo(plan, one) })),
    plan.seq,
  )
  const past = step.filter(({ isPast }) => isPast)
  await erasePastVersions(erasers, past, record)
  await leaveMarks(store, plan, whole, record)
}

/** Removes records that a plan names, as far as they are there. */
async function erase(
  { store, owner }: Erasers,
  plan: Plan,
  step: readonly Doomed[],
  { author, value }: StoredRecord,
): Promise<void> {
  const { reason } = decodeJson(value) as Erasure
  for (;;) {
    const found = await store.read(step.map(({ collection, id }) => ({ collection, id })))
    const present = found.filter((record, n): record is StoredRecord => {
      return record !== undefined && record.seq <= plan.seq && record.version <= lastToGo(plan, step[n] as Doomed)
    })
    if (present.length === 0) return
    const removals = present.map(({ collection, id, version }): DeleteMutation => {
      return { type: 'delete', key: { collection, id }, author, ifVersion: version }
    })
    const batch: readonly Mutation[] = [
      ...removals,
      auditMutation(
        owner,
        present.map((one) => noteOf(one, author, reason)),
        undefined,
      ),
    ]
    const { ok } = await store.write(batch)
    if (ok) return
  }
}

/** Removes past versions of records that stay, as far as they are there. */
async function erasePastVersions(
  { store, owner }: Erasers,
  doomed: readonly Doomed[],
  { author, value }: StoredRecord,
): Promise<void> {
  if (doomed.length === 0) return
  const found = await store.past(doomed)
  const present = doomed.filter(({ version }, n) => found[n]?.some(({ record }) => record.version === version))
  if (present.length === 0) return
  const { reason } = decodeJson(value) as Erasure
  const notes = present.map((one) => noteOf(one, author, reason))
  await store.write([auditMutation(owner, notes, undefined)])
  for (const { collection, id, version } of present) await store.changePast({ collection, id }, [{ version }])
}

/** The note of the audit on a record that goes. */
export function noteOf(
  { collection, id, sensitivity, compartments }: Omit<Doomed, 'version'>,
  agent: string,
  reason: string,
): NotedGroup {
  return { agent, action: 'erase', outcome: 'hit', reason, collection, sensitivity, compartments, ids: [[id, 1]] }
}

/**
 * Marks an erasure as done, and removes its plan. The parts go before, some at a time: what they name is gone, and of a
 * plan that lacks parts the rest is carried out again.
 */
async function complete(erasers: Erasers, plan: Plan, contents: number): Promise<void> {
  const { store } = erasers
  const [head, ...parts] = planKeys(plan).map((one): DeleteMutation => ({ type: 'delete', key: one, author: 'skein' }))
  for (let from = 0; from < parts.length; from += partsAtOnce) {
    erasers.assertOpen()
    await store.write(parts.slice(from, from + partsAtOnce))
    await nextTurn()
  }
  const key = { collection: 'erasures', id: plan.id } as const
  for (;;) {
    const [record] = await store.read([key])
    const erasure = record && (decodeJson(record.value) as Erasure)
    if (!record || erasure?.state !== 'running') return
    const { author, sensitivity, compartments, version } = record
    const done: Erasure = { ...erasure, state: 'done', contents }
    const { ok } = await store.write([
      {
        type: 'set',
        key,
        value: encodeJson(done),
        meta: { author, tags: [], derivedFrom: [], sensitivity, compartments },
        ifVersion: version,
      },
      ...(head ? [head] : []),
    ])
    if (ok) return
  }
}
