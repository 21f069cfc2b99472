import { setTimeout as pause } from 'node:timers/promises'

import { Actor } from '../space/actor.ts'
import type { Shown } from '../space/shown.ts'
import type { StoredSpace } from '../space/space.ts'
import type { Seq, StoredRecord } from '../store/record.ts'
import { sourceName } from '../store/source-name.ts'
import type { Principal } from '../values/access.ts'
import { decodeJson } from '../values/json.ts'
import { HeldError } from '../values/held-error.ts'
import { aimOf } from './aim.ts'
import { carryOut, complete, erasersOf } from './carry-out.ts'
import type { Erasure } from './erasure.ts'
import { readSearch, runningPlans } from './erasure-plan.ts'
import type { Doomed, Plan, Search } from './erasure-plan.ts'
import { Erasing, isInSteps } from './erasing.ts'
import type { Erased } from './erasing.ts'
import { findLate } from './find-late.ts'
import type { Missing } from './find-late.ts'
import { correctionsOfAll } from './find-targets.ts'
import { readHolds } from './hold.ts'
import { heldOf, isAbout, isWhole, mayErase } from './may-erase.ts'

/** An erasure whose records are gone, and which is in force. */
export interface Preceding {
  readonly search: Search
  /** When it came into force; `undefined` where everything was gone by then. */
  readonly plan: Pick<Plan, 'seq' | 'at'> | undefined
  readonly records: readonly Doomed[]
  /** Names of records: what is derived from them is looked for. */
  readonly sources: Iterable<string>
}

/** What came of looking again. */
export interface Late {
  readonly gone: readonly Shown[]
  /** How many contents of objects went with them. */
  readonly contents: number
  /** The names of what was found, and stays. */
  readonly left: readonly string[]
  /** Whether something could not be looked at without its key. Then somebody who has the key is to look again. */
  readonly isBlind: boolean
}

/** What an erasure keeps of what was asked for, for whoever looks again. */
export function searchOf(actor: Actor, what: Search['what'], since: Seq, going: readonly Shown[]): Search {
  const { id, role, clearance, rights } = actor.principal
  const principal: Principal = {
    id,
    role,
    ...(clearance && { clearance: { level: clearance.level, compartments: [...(clearance.compartments ?? [])] } }),
    ...(rights && { rights: [...rights] }),
  }
  return { what, since, isInSteps: isInSteps(going), principal }
}

/**
 * Forgets what was written while an erasure was prepared, until there is no more of it. What this principal may not
 * erase, or somebody holds, stays. Work that ends later sees that it has read what is gone, and keeps nothing.
 */
export async function forgetLate(
  space: StoredSpace,
  actor: Actor,
  said: Pick<Erasure, 'reason' | 'derived'>,
  { search, plan, records, sources }: Preceding,
): Promise<Late> {
  const { derived } = said
  const aim = aimOf(actor, search.what)
  const left = new Set<string>()
  const gone: Shown[] = []
  const running: (() => Promise<void>)[] = []
  let contents = 0
  let isBlind = false
  const { seq = 0, at = 0 } = plan ?? {}
  // A result belongs to the time when its work began.
  const isInTime = (record: StoredRecord): boolean =>
    record.collection === 'work' ? record.createdAt <= at : record.seq <= seq
  let missing: Missing = {
    ...missingFrom(search.since, { records, isInSteps: search.isInSteps }, sources),
    subject: aim.subject,
    means: (record) => aim.means(record),
    isInTime,
  }
  for (;;) {
    const now = await positionOf(actor)
    const late = await findLate(actor, missing)
    isBlind ||= late.isBlind
    if (derived === 'report') for (const name of namesOf(late.derived)) left.add(name)
    const found = [...late.meant, ...(derived === 'forget' ? late.derived : [])]
    const { due, stays } = await sortOut(space, actor, found, late.said, missing.gone)
    for (const name of stays) left.add(name)
    if (due.length === 0) break
    // What is derived from these is looked for as well, if this process ends before it has done so.
    const own = searchOf(actor, due.map(sourceName), now, due)
    const erasing = new Erasing(space, actor, said, own)
    const erased = await eraseAsFound(erasing, due)
    // Else look again: a hold, or a record that this principal may not erase, is new.
    if (!erased) continue
    running.push(() => erasing.complete(erased))
    gone.push(...erased.records)
    contents += erased.contents
    missing = missingFrom(now, erased, derived === 'keep' ? [] : erased.records.filter(isWhole).map(sourceName))
  }
  if (!isBlind) for (const end of running) await end()
  return { gone, contents, left: [...left], isBlind }
}

/**
 * Completes all erasures that somebody has left, as a process that has ended: carries them out, and looks for what was
 * written while they were prepared on behalf of whoever asked for them. One that fails keeps none of the others waiting.
 *
 * @throws the first error, once all have been tried.
 */
export async function completeErasures(space: StoredSpace): Promise<void> {
  const errors: unknown[] = []
  for (const plan of await runningPlans(space.whole)) {
    try {
      await completeErasure(space, plan)
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}

async function completeErasure(space: StoredSpace, plan: Plan): Promise<void> {
  const search = await readSearch(space.whole, plan.id)
  // Whoever asked for it may have ended before others had heard of it.
  if (search?.isInSteps && space.noticeMs > 0) await pause(space.noticeMs)
  space.assertOpen()
  const erasers = erasersOf(space)
  const contents = await carryOut(erasers, plan)
  if (search && !(await lookAgain(space, plan, search))) return
  await complete(erasers, plan, contents)
}

/** Resolves to whether all could be looked at. */
async function lookAgain(space: StoredSpace, plan: Plan, search: Search): Promise<boolean> {
  const [record] = await space.whole.read([{ collection: 'erasures', id: plan.id }])
  const erasure = record && (decodeJson(record.value) as Erasure)
  // Somebody else has completed it.
  if (erasure?.state !== 'running') return true
  const { reason, derived } = erasure
  const records = plan.parts.flat()
  const sources = derived === 'forget' ? records.filter(isWhole).map(sourceName) : []
  const actor = new Actor(space, search.principal, undefined)
  const { isBlind } = await forgetLate(space, actor, { reason, derived }, { search, plan, records, sources })
  return !isBlind
}

/** The newest position. */
export async function positionOf(actor: Actor): Promise<Seq> {
  return (await actor.unseen.changes(Number.MAX_SAFE_INTEGER, 1)).last
}

/** The names of what is derived; what is said about its records goes with them, and is not content. */
export function namesOf(records: readonly Shown[]): string[] {
  return records.filter(({ collection }) => collection !== 'corrections').map(sourceName)
}

/** What an erasure has missed, of what is derived from records that went, or was written over them. */
function missingFrom(
  after: Seq,
  { records, isInSteps: isOverwritable }: { readonly records: readonly Doomed[]; readonly isInSteps: boolean },
  sources: Iterable<string>,
): Missing {
  const gone = new Map(records.filter(isWhole).map((record) => [sourceName(record), record]))
  return { after, gone, isOverwritable, sources, means: () => false, isInTime: () => true }
}

/** Tells what goes from what this principal may not erase, or somebody holds. What says something of what goes, goes too. */
async function sortOut(
  space: StoredSpace,
  actor: Actor,
  found: readonly Shown[],
  said: readonly Shown[],
  gone: Missing['gone'],
): Promise<{ readonly due: readonly Shown[]; readonly stays: readonly string[] }> {
  if (found.length + said.length === 0) return { due: [], stays: [] }
  const held = await heldOf(space, [...found, ...said], await readHolds(space.whole))
  const due = new Map(found.filter((record) => !held.has(record) && mayErase(actor, record)).map(named))
  const stays = namesOf(found).filter((name) => !due.has(name))
  const names = new Set([...gone.keys(), ...due.keys()])
  const theirs = [...said, ...(await correctionsOfAll(actor, [...due.values()]))]
  for (const record of theirs) if (!held.has(record) && isAbout(record, names)) due.set(...named(record))
  return { due: [...due.values()], stays }
}

function named(record: Shown): [name: string, record: Shown] {
  return [sourceName(record), record]
}

/** Resolves to nothing where somebody holds one of them by now, too. */
async function eraseAsFound(erasing: Erasing, due: readonly Shown[]): Promise<Erased | undefined> {
  try {
    return await erasing.run(due)
  } catch (error) {
    if (error instanceof HeldError) return undefined
    throw error
  }
}
