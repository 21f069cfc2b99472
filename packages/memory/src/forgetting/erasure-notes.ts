import { setImmediate as nextTurn } from 'node:timers/promises'

import { auditMutation } from '../audit/audit-log.ts'
import type { NotedGroup } from '../audit/noted-reads.ts'
import type { SetMutation } from '../store/mutation.ts'
import type { StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { decodeJson } from '../values/json.ts'
import type { Erasure } from './erasure.ts'
import { lastToGo } from './erasure-plan.ts'
import type { Doomed, Plan } from './erasure-plan.ts'

/** So many records are read at once. */
const atOnce = 100

/** Who forgets, and why. */
type Said = Pick<Erasure, 'reason'> & { readonly author: string }

/**
 * What the audit says of a part of a plan. It is written once, whoever carries the plan out and however often, and
 * whoever removes a record: also who needs the name of one before its turn has come.
 *
 * @param owner - Identifies the thread in the audit.
 */
export function noteMutation(
  owner: string,
  plan: Pick<Plan, 'id' | 'told'> & Partial<Pick<Plan, 'seq'>>,
  n: number,
  doomed: readonly Doomed[],
  { author, reason }: Said,
): SetMutation {
  // Another node may tell of one erasure several times.
  const id = plan.told ? `${plan.id}-${plan.seq}-${n}` : `${plan.id}-${n}`
  const notes = groupsOf(doomed).map(([{ collection, sensitivity, compartments }, ids]): NotedGroup => {
    return { agent: author, action: 'erase', outcome: 'hit', reason, collection, sensitivity, compartments, ids }
  })
  return { ...auditMutation(owner, notes, undefined), key: { collection: 'audit', id }, ifVersion: 0 }
}

/** Notes what a part of a plan removes, unless that has been noted. */
export async function notePart(
  store: Store,
  owner: string,
  plan: Plan,
  n: number,
  { author, value }: StoredRecord,
): Promise<void> {
  const part = plan.parts[n] ?? []
  const { reason } = decodeJson(value) as Erasure
  const [noted] = await store.read([noteMutation(owner, plan, n, [], { author, reason }).key])
  if (noted || part.length === 0) return
  const going: Doomed[] = []
  for (let from = 0; from < part.length; from += atOnce) {
    const some = part.slice(from, from + atOnce)
    const now = await store.read(some.map(({ collection, id }) => ({ collection, id })))
    going.push(...some.filter((one, at) => one.isPast || !isSpared(plan, one, now[at])))
    await nextTurn()
  }
  if (going.length > 0) await store.write([noteMutation(owner, plan, n, going, { author, reason })])
}

/** Whether somebody has written over it before the plan was in force: that stays. */
function isSpared(plan: Plan, one: Doomed, now: StoredRecord | undefined): boolean {
  return now !== undefined && now.seq <= plan.seq && now.version > lastToGo(plan, one)
}

/** Records of one kind under one label, with their ids. */
function groupsOf(doomed: readonly Doomed[]): readonly (readonly [like: Doomed, ids: [string, number][]])[] {
  const groups = new Map<string, readonly [Doomed, [string, number][]]>()
  for (const one of doomed) {
    const like = JSON.stringify([one.collection, one.sensitivity, one.compartments])
    const known = groups.get(like)
    if (known) known[1].push([one.id, 1])
    else groups.set(like, [one, [[one.id, 1]]])
  }
  return [...groups.values()]
}
