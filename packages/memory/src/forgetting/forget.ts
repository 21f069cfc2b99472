import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

import { runningTag } from '../federation/erased.ts'
import type { Actor } from '../space/actor.ts'
import type { OwnMutation, Shown } from '../space/shown.ts'
import type { StoredSpace } from '../space/space.ts'
import type { Collection } from '../store/collections.ts'
import type { RecordKey } from '../store/record.ts'
import { correctedKey } from '../store/correction-key.ts'
import { sourceName, subjectSource } from '../store/source-name.ts'
import { joinLabels } from '../values/access.ts'
import { VersionConflictError } from '../values/errors.ts'
import { inSlices } from './in-slices.ts'
import { encodeJson } from '../values/json.ts'
import { carryOut, noteOf } from './carry-out.ts'
import type { Erasure } from './erasure.ts'
import { draftOf, enforce, planAtOnce } from './erasure-plan.ts'
import type { Plan } from './erasure-plan.ts'
import { findPast } from './find-past.ts'
import { addDerived, correctionsOfAll, findTargets } from './find-targets.ts'
import type { Found } from './find-targets.ts'
import { forgetLate } from './forget-late.ts'
import { HeldError } from '../values/held-error.ts'
import { heldAmong } from './held-among.ts'
import { isAboutHolds, isHeld, readHolds, sameHolds } from './hold.ts'
import { findNaming } from './find-naming.ts'
import { isSubjectAlone, parseTarget, requireForgetOptions } from './forget-options.ts'
import type { ForgetOptions, ForgetReport, ForgetTarget } from './forget-options.ts'

/** Up to so many records go at once. More are hidden at once, and go in steps, so that others can write in between. */
const mostAtOnce = 100
/** How many records one record of a plan names. */
const partSize = 500

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
  const { reason, derived, dryRun } = requireForgetOptions(options)
  const found = await findTargets(actor, what)
  const subject = subjectOf(what)
  if (subject !== undefined) await addNaming(actor, found, subject)
  const roots = new Set(found.keys())
  if (derived !== 'keep') {
    await addDerived(actor, found)
    await addNaming(actor, found, subject)
  }
  const names: ReadonlySet<string> = derived === 'forget' ? new Set(found.keys()) : roots
  const doomed = [...names].flatMap((name) => found.get(name) ?? [])
  const left = derived === 'report' ? namesOf([...found].filter(([name]) => !roots.has(name))) : []
  await inSlices(doomed, (record) => {
    if (!isAbout(record, found)) requireMayErase(actor, record)
  })
  const past = await findPast(actor, what, found, { ofAll: actor.has('erase'), reaches: derived === 'forget' })
  for (const record of past) requireMayErase(actor, record)
  const told = (await correctionsOfAll(actor, doomed)).filter((record) => !names.has(sourceName(record)))
  const gone = [...doomed, ...told, ...past]
  await requireUnheld(space, gone)
  if (dryRun || gone.length === 0) return { id: undefined, forgotten: countsOf(gone), contents: 0, left }
  const erasing = new Erasing(space, actor, { reason, derived })
  const report = await erasing.run(gone)
  const whole = [...(derived === 'forget' ? names : []), ...(subject === undefined ? [] : [subjectSource(subject)])]
  const late = await forgetLate(space, actor, whole, reason)
  const { work = 0, ...others } = report.forgotten
  return { ...report, forgotten: { ...others, ...(work + late > 0 && { work: work + late }) }, left }
}

/** Whom all of it is about, where that is the only question. */
function subjectOf(what: ForgetTarget): string | undefined {
  const target = parseTarget(what)
  return 'sources' in target || !isSubjectAlone(target) ? undefined : target.subject
}

async function addNaming(actor: Actor, found: Found, subject: string | undefined): Promise<void> {
  for (const record of await findNaming(actor, [...found.values()], subject)) found.set(sourceName(record), record)
}

/** The names of what is derived; what is said about its records goes with them, and is not content. */
function namesOf(found: readonly (readonly [name: string, record: Shown])[]): string[] {
  return found.filter(([, { collection }]) => collection !== 'corrections').map(([name]) => name)
}

/** Whether it tells why something that goes holds no more: then it goes as well, whoever wrote it. */
function isAbout(record: Shown, found: Found): boolean {
  const corrected = correctedKey(record)
  return corrected !== undefined && found.has(sourceName(corrected))
}

function requireMayErase(actor: Actor, record: Shown): void {
  if (record.author === actor.principal.id) return
  actor.requireRight('erase', 'erase', record, record)
}

/** What refuses an erasure once somebody holds more, or less. @throws HeldError where one of these, or its past, is held */
async function requireUnheld(space: StoredSpace, records: readonly Shown[]): Promise<OwnMutation> {
  const holds = await readHolds(space.whole)
  const kept = await heldAmong(space.whole, records.filter(isWhole), holds)
  const held = [...kept, ...records.filter((record) => !isWhole(record) && isHeld(record, holds))]
  if (held.length > 0) throw new HeldError(held)
  return sameHolds(holds)
}

/** One erasure, with the record that reports on it. */
class Erasing {
  readonly #space: StoredSpace
  readonly #actor: Actor
  readonly #id = randomUUID()
  readonly #said: Pick<Erasure, 'reason' | 'derived'>

  constructor(space: StoredSpace, actor: Actor, said: Pick<Erasure, 'reason' | 'derived'>) {
    this.#space = space
    this.#actor = actor
    this.#said = said
  }

  async run(doomed: readonly Shown[]): Promise<Omit<ForgetReport, 'left'>> {
    const { plan, records } = doomed.length > mostAtOnce ? await this.#inSteps(doomed) : await this.#atOnce(doomed)
    if (!plan) return { id: undefined, forgotten: {}, contents: 0 }
    const { whole: store, shelf, owner } = this.#space
    const assertOpen = (): void => this.#space.assertOpen()
    const contents = await carryOut({ store, shelf, owner, assertOpen }, plan)
    return { id: plan.id, forgotten: countsOf(records), contents }
  }

  /** Removes records in the atom that puts the plan into force. The plan says what is left to do if we die now. */
  async #atOnce(doomed: readonly Shown[]): Promise<Planned> {
    let records = doomed
    while (records.length > 0) {
      const removals = records.filter(isWhole).map(({ collection, id, version }): OwnMutation => {
        return { type: 'delete', key: { collection, id }, ifVersion: version }
      })
      const { id: agent } = this.#actor.principal
      const noted = this.#actor.audited(records.map((record) => noteOf(record, agent, this.#said.reason)))
      const plan = this.#actor.plain(planAtOnce(this.#id, records))
      try {
        const seq = await this.#enforce(records, plan, [...removals, noted])
        return { plan: { id: this.#id, seq, parts: [records] }, records }
      } catch (error) {
        if (!(error instanceof VersionConflictError)) throw error
        records = await this.#asTheyAre(records)
      }
    }
    return { plan: undefined, records }
  }

  /** Hides records at once. They go in steps, once other processes have heard of it. */
  async #inSteps(records: readonly Shown[]): Promise<Planned> {
    const parts = inParts(records)
    const versions: number[] = []
    for (const draft of draftOf(this.#id, parts)) {
      const [written] = await this.#actor.write(this.#actor.plain([draft]))
      versions.push(written?.version ?? 0)
    }
    const plan = this.#actor.plain(enforce(this.#id, versions))
    const seq = await this.#unlessHeld(() => this.#enforce(records, plan))
    const { noticeMs } = this.#space
    if (noticeMs > 0) await pause(noticeMs)
    return { plan: { id: this.#id, seq, parts }, records }
  }

  /** Tries again where nothing but the holds has changed. */
  async #unlessHeld<Result>(work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof VersionConflictError && isAboutHolds(error))) throw error
      }
    }
  }

  /** Writes what puts the plan into force; resolves to its position. */
  async #enforce(
    records: readonly Shown[],
    plan: readonly OwnMutation[],
    before: readonly OwnMutation[] = [],
  ): Promise<number> {
    const erasure: Erasure = { state: 'running', ...this.#said, forgotten: countsOf(records), contents: 0 }
    const { id: author } = this.#actor.principal
    // That something was forgotten, and why, is as sensitive as it was.
    const meta = this.#actor.mark({ author, tags: [runningTag], derivedFrom: [], ...joinLabels(records) })
    const key = { collection: 'erasures', id: this.#id } as const
    const own: OwnMutation = { type: 'set', key, value: encodeJson(erasure), meta, ifVersion: 0 }
    const unheld = await requireUnheld(this.#space, records)
    const written = await this.#actor.write([unheld, ...before, own, ...plan])
    return written.at(-1)?.seq ?? 0
  }

  /** What is there now. What somebody rewrote under the same key meanwhile goes as well: it was to be forgotten. */
  async #asTheyAre(records: readonly Shown[]): Promise<readonly Shown[]> {
    const now = await Promise.all(
      records.map(async (record) => (isWhole(record) ? await this.#actor.read(keyOf(record), 'read', 'all') : record)),
    )
    return now.filter((record) => record !== undefined)
  }
}

/** What came of planning; no plan where everything was gone by then. */
interface Planned {
  readonly plan: Plan | undefined
  readonly records: readonly Shown[]
}

/** Whether a record goes as it is, and not a past version of it alone. */
function isWhole(record: Shown & { readonly isPast?: boolean }): boolean {
  return record.isPast !== true
}

function keyOf({ collection, id }: Shown): RecordKey {
  return { collection, id }
}

/** How many there are of each kind; a record of which several past versions go counts once. */
export function countsOf(records: readonly Shown[]): Partial<Record<Collection, number>> {
  const ids = new Map<Collection, Set<string>>()
  for (const { collection, id } of records) {
    const known = ids.get(collection)
    if (known) known.add(id)
    else ids.set(collection, new Set([id]))
  }
  return Object.fromEntries([...ids].map(([collection, { size }]) => [collection, size]))
}

/** Records in the parts in which they go. */
export function inParts<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / partSize)
  return Array.from({ length: count }, (_, n) => items.slice(n * partSize, (n + 1) * partSize))
}
