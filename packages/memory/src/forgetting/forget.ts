import type { Actor } from '../space/actor.ts'
import type { Shown } from '../space/shown.ts'
import type { StoredSpace } from '../space/space.ts'
import type { Seq, StoredRecord } from '../store/record.ts'
import { sourceName } from '../store/source-name.ts'
import { HeldError } from '../values/held-error.ts'
import { aimOf } from './aim.ts'
import type { Aim } from './aim.ts'
import { countsOf, Erasing } from './erasing.ts'
import type { Erased } from './erasing.ts'
import { findLate } from './find-late.ts'
import type { Missing } from './find-late.ts'
import { findNaming } from './find-naming.ts'
import { findPast } from './find-past.ts'
import { addDerived, correctionsOfAll, findTargets } from './find-targets.ts'
import type { Found } from './find-targets.ts'
import { requireForgetOptions } from './forget-options.ts'
import type { ForgetOptions, ForgetReport, ForgetTarget } from './forget-options.ts'
import { readHolds } from './hold.ts'
import { inSlices } from './in-slices.ts'
import { heldOf, isAbout, isWhole, mayErase, requireMayErase, requireUnheld } from './may-erase.ts'

/**
 * Forgets records, and what is derived from them: values, search terms, results of work, and contents of objects that no
 * record holds any longer.
 *
 * @throws OptionError; AccessError where a record is somebody else's, without the right `erase`; HeldError where one is
 * under a legal hold: nothing was forgotten.
 */
export async function forget(
  space: StoredSpace,
  actor: Actor,
  what: ForgetTarget,
  options: ForgetOptions,
): Promise<ForgetReport> {
  const asked = requireForgetOptions(options)
  for (;;) {
    const search = await searchFor(actor, what, asked)
    const { gone, left } = search
    await requireUnheld(space, gone)
    if (asked.dryRun || gone.length === 0) return { id: undefined, forgotten: countsOf(gone), contents: 0, left }
    const erased = await new Erasing(space, actor, asked).run(gone)
    // Else somebody has written over a record meanwhile, and this principal may not erase that one.
    if (erased) return forgetLate(space, actor, asked, search, erased)
  }
}

type Asked = ReturnType<typeof requireForgetOptions>

/** What an erasure found that goes, all of it checked. */
interface Search {
  readonly aim: Aim
  /** A position before the search. */
  readonly since: Seq
  /** Records by their names: those that were asked for, and unless told otherwise, what is derived from them. */
  readonly found: Found
  readonly gone: readonly Shown[]
  /** The names of what is derived and stays. */
  readonly left: readonly string[]
}

async function searchFor(actor: Actor, what: ForgetTarget, { derived }: Asked): Promise<Search> {
  const since = await positionOf(actor)
  const aim = aimOf(actor, what)
  const found = await findTargets(actor, what)
  const { subject } = aim
  if (subject !== undefined) await addNaming(actor, found, subject)
  const roots = new Set(found.keys())
  if (derived !== 'keep') {
    await addDerived(actor, found)
    await addNaming(actor, found, subject)
  }
  const names: ReadonlySet<string> = derived === 'forget' ? new Set(found.keys()) : roots
  const doomed = [...names].flatMap((name) => found.get(name) ?? [])
  const left =
    derived === 'report' ? namesOf([...found.values()].filter((record) => !roots.has(sourceName(record)))) : []
  await inSlices(doomed, (record) => {
    if (!isAbout(record, found)) requireMayErase(actor, record)
  })
  const past = await findPast(actor, aim, found, derived === 'forget')
  for (const record of past) requireMayErase(actor, record)
  const told = (await correctionsOfAll(actor, doomed)).filter((record) => !names.has(sourceName(record)))
  return { aim, since, found, gone: [...doomed, ...told, ...past], left }
}

/**
 * Forgets what was written while the erasure was prepared, until there is no more of it. What this principal may not
 * erase, or somebody holds, stays, and the report lists it. Work that ends later sees that it has read what is gone, and
 * keeps nothing.
 */
async function forgetLate(
  space: StoredSpace,
  actor: Actor,
  asked: Asked,
  search: Search,
  first: Erased,
): Promise<ForgetReport> {
  const { derived } = asked
  const { aim } = search
  const left = new Set(search.left)
  const gone = [...first.records]
  let { contents } = first
  const isInTime = ({ seq, collection }: StoredRecord): boolean => seq <= first.seq || collection === 'work'
  let missing: Missing = {
    ...missingFrom(search.since, first, derived === 'keep' ? [] : search.found.keys()),
    subject: aim.subject,
    means: (record) => aim.means(record) && isInTime(record),
  }
  for (;;) {
    const now = await positionOf(actor)
    const late = await findLate(actor, missing)
    if (derived === 'report') for (const name of namesOf(late.derived)) left.add(name)
    const found = [...late.meant, ...(derived === 'forget' ? late.derived : [])]
    const { due, stays } = await sortOut(space, actor, found, late.said, missing.gone)
    for (const name of stays) left.add(name)
    if (due.length === 0) break
    const erased = await eraseAsFound(new Erasing(space, actor, asked), due)
    // Else look again: a hold, or a record that this principal may not erase, is new.
    if (!erased) continue
    gone.push(...erased.records)
    contents += erased.contents
    missing = missingFrom(now, erased, derived === 'keep' ? [] : erased.records.map(sourceName))
  }
  return { id: first.id, forgotten: countsOf(gone), contents, left: [...left] }
}

/** What an erasure has missed, of what is derived from records that went, or was written over them. */
function missingFrom(after: Seq, { records, isInSteps }: Erased, sources: Iterable<string>): Missing {
  const gone = new Map(records.filter(isWhole).map((record) => [sourceName(record), record]))
  return { after, gone, isOverwritable: isInSteps, sources, means: () => false }
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

async function positionOf(actor: Actor): Promise<Seq> {
  return (await actor.unseen.changes(Number.MAX_SAFE_INTEGER, 1)).last
}

async function addNaming(actor: Actor, found: Found, subject: string | undefined): Promise<void> {
  for (const record of await findNaming(actor, [...found.values()], subject)) found.set(sourceName(record), record)
}

/** The names of what is derived; what is said about its records goes with them, and is not content. */
function namesOf(records: readonly Shown[]): string[] {
  return records.filter(({ collection }) => collection !== 'corrections').map(sourceName)
}
