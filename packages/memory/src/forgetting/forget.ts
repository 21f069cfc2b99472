import type { Actor } from '../space/actor.ts'
import type { Shown } from '../space/shown.ts'
import type { StoredSpace } from '../space/space.ts'
import type { Seq } from '../store/record.ts'
import { sourceName } from '../store/source-name.ts'
import { aimOf } from './aim.ts'
import type { Aim } from './aim.ts'
import { countsOf, Erasing } from './erasing.ts'
import { findNaming } from './find-naming.ts'
import { findPast } from './find-past.ts'
import { addDerived, correctionsOfAll, findTargets } from './find-targets.ts'
import type { Found } from './find-targets.ts'
import { requireForgetOptions } from './forget-options.ts'
import type { ForgetOptions, ForgetReport, ForgetTarget } from './forget-options.ts'
import { forgetLate, namesOf, positionOf, searchOf } from './forget-late.ts'
import { inSlices } from '../space/in-slices.ts'
import { isAbout, requireMayErase, requireUnheld } from './may-erase.ts'

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
  const { derived } = asked
  for (;;) {
    const { aim, since, found, gone, left } = await searchFor(actor, what, asked)
    await requireUnheld(space, gone)
    if (asked.dryRun || gone.length === 0) return { id: undefined, forgotten: countsOf(gone), contents: 0, left }
    const search = searchOf(actor, aim.what, since, gone)
    const erasing = new Erasing(space, actor, asked, search)
    const erased = await erasing.run(gone)
    // Else somebody has written over a record meanwhile, and this principal may not erase that one.
    if (!erased) continue
    const sources = derived === 'keep' ? [] : found.keys()
    const late = await forgetLate(space, actor, asked, { ...erased, search, sources })
    if (!late.isBlind) await erasing.complete(erased)
    return {
      id: erased.plan?.id,
      forgotten: countsOf([...erased.records, ...late.gone]),
      contents: erased.contents + late.contents,
      left: [...new Set([...left, ...late.left])],
    }
  }
}

type Asked = ReturnType<typeof requireForgetOptions>

/** What was found that goes, all of it checked. */
interface Findings {
  readonly aim: Aim
  /** A position before the search. */
  readonly since: Seq
  /** Records by their names: those that were asked for, and unless told otherwise, what is derived from them. */
  readonly found: Found
  readonly gone: readonly Shown[]
  /** The names of what is derived and stays. */
  readonly left: readonly string[]
}

async function searchFor(actor: Actor, what: ForgetTarget, { derived }: Asked): Promise<Findings> {
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

async function addNaming(actor: Actor, found: Found, subject: string | undefined): Promise<void> {
  for (const record of await findNaming(actor, [...found.values()], subject)) found.set(sourceName(record), record)
}
