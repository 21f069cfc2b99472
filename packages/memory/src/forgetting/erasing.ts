import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

import { runningTag } from '../federation/erased.ts'
import type { Actor } from '../space/actor.ts'
import type { OwnMutation, Shown } from '../space/shown.ts'
import type { StoredSpace } from '../space/space.ts'
import type { Collection } from '../store/collections.ts'
import type { Written } from '../store/mutation.ts'
import { joinLabels } from '../values/access.ts'
import { VersionConflictError } from '../values/errors.ts'
import { encodeJson } from '../values/json.ts'
import { carryOut, complete, erasersOf } from './carry-out.ts'
import type { Erasure } from './erasure.ts'
import { noteMutation } from './erasure-notes.ts'
import { enforce, writeDraft } from './erasure-draft.ts'
import { inParts, planAtOnce, planOf, searchMutation } from './erasure-plan.ts'
import type { Plan, Search } from './erasure-plan.ts'
import { isWhole, mayErase, requireUnheld } from './may-erase.ts'

/** Up to so many records go at once. More are hidden at once, and go in steps, so that others can write in between. */
const mostAtOnce = 100

/** Whether so many records go in steps. */
export function isInSteps({ length }: readonly unknown[]): boolean {
  return length > mostAtOnce
}

/** What went. */
export interface Erased {
  /** In force from its moment on until it is completed; `undefined` where everything was gone by then. */
  readonly plan: Plan | undefined
  readonly records: readonly Shown[]
  /** Whether records went after that moment, in steps. */
  readonly isInSteps: boolean
  /** How many contents of objects went with their last record, as the report says. */
  readonly contents: number
}

/** One erasure of records that were checked, with the record that reports on it. */
export class Erasing {
  readonly #space: StoredSpace
  readonly #actor: Actor
  readonly #id = randomUUID()
  readonly #said: Pick<Erasure, 'reason' | 'derived'>
  readonly #search: Search

  /**
   * @param search - What was looked for. The caller looks for it again, and completes the erasure; if this process ends
   * before, whoever opens the space does so.
   */
  constructor(
    space: StoredSpace,
    actor: Actor,
    { reason, derived }: Pick<Erasure, 'reason' | 'derived'>,
    search: Search,
  ) {
    this.#space = space
    this.#actor = actor
    this.#said = { reason, derived }
    this.#search = search
  }

  /**
   * Erases records. Of more than a hundred only the versions that were checked go: what somebody has written over one
   * of them stays.
   *
   * @returns `undefined` where somebody has written over one what this principal may not erase. Then nothing has
   * happened, and the caller looks again.
   * @throws HeldError where one is held by now: nothing has happened.
   */
  async run(checked: readonly Shown[]): Promise<Erased | undefined> {
    const inSteps = isInSteps(checked)
    const planned = await (inSteps ? this.#inSteps(checked) : this.#atOnce(checked))
    if (!planned) return undefined
    const { plan, records } = planned
    const contents = plan ? await carryOut(erasersOf(this.#space), plan) : 0
    return { plan, records, isInSteps: inSteps, contents }
  }

  /** Says that all of it is gone. */
  async complete({ plan, contents }: Erased): Promise<void> {
    if (plan) await complete(erasersOf(this.#space), plan, contents)
  }

  /** Removes records in the atom that puts the plan into force. The plan says what is left to do if we die now. */
  async #atOnce(checked: readonly Shown[]): Promise<Planned | undefined> {
    let records = checked
    while (records.length > 0) {
      const removals = records.filter(isWhole).map(({ collection, id, version }): OwnMutation => {
        return { type: 'delete', key: { collection, id }, ifVersion: version }
      })
      const { id: author } = this.#actor.principal
      const { owner } = this.#space
      const note = noteMutation(owner, { id: this.#id }, 0, records, { author, reason: this.#said.reason })
      const plan = this.#actor.plain([note, ...planAtOnce(this.#id, records)])
      try {
        const head = await this.#enforce(records, plan, removals)
        return { plan: { ...planOf(this.#id, undefined, head), parts: [records] }, records }
      } catch (error) {
        if (!(error instanceof VersionConflictError)) throw error
        const now = await this.#asTheyAre(records)
        if (!now) return undefined
        records = now
      }
    }
    return { plan: undefined, records }
  }

  /** Hides records at once. They go in steps, once other processes have heard of it. */
  async #inSteps(records: readonly Shown[]): Promise<Planned> {
    const parts = inParts(records)
    for (;;) {
      const draft = await writeDraft(this.#id, parts, {
        changes: (after, limit) => this.#actor.unseen.changes(after, limit),
        write: async (mutation) => (await this.#actor.write(this.#actor.plain([mutation])))[0],
      })
      try {
        const head = await this.#enforce(records, this.#actor.plain(enforce(this.#id, draft)))
        const { noticeMs } = this.#space
        if (noticeMs > 0) await pause(noticeMs)
        return { plan: { ...planOf(this.#id, draft.name, head), parts }, records }
      } catch (error) {
        // The holds have changed, or this machine has slept for so long that somebody has removed the draft.
        if (!(error instanceof VersionConflictError)) throw error
      }
    }
  }

  /** Writes what puts the plan into force; resolves to its head. */
  async #enforce(
    records: readonly Shown[],
    plan: readonly OwnMutation[],
    before: readonly OwnMutation[] = [],
  ): Promise<Written | undefined> {
    const erasure: Erasure = { state: 'running', ...this.#said, forgotten: countsOf(records), contents: 0 }
    const { id: author } = this.#actor.principal
    // That something was forgotten, and why, is as sensitive as it was.
    const meta = this.#actor.mark({ author, tags: [runningTag], derivedFrom: [], ...joinLabels(records) })
    const key = { collection: 'erasures', id: this.#id } as const
    const own: OwnMutation = { type: 'set', key, value: encodeJson(erasure), meta, ifVersion: 0 }
    const unheld = await requireUnheld(this.#space, records)
    const search = this.#actor.plain([searchMutation(this.#id, this.#search, meta)])
    return (await this.#actor.write([unheld, ...before, own, ...search, ...plan])).at(-1)
  }

  /**
   * What is there now. What somebody rewrote under the same key meanwhile goes as well, since it was to be forgotten,
   * unless it is above the clearance.
   *
   * @returns `undefined` where this principal may not erase one of these.
   */
  async #asTheyAre(records: readonly Shown[]): Promise<readonly Shown[] | undefined> {
    const now = await Promise.all(
      records.map(async (record) => {
        const { collection, id } = record
        return isWhole(record) ? await this.#actor.read({ collection, id }, 'read', 'all') : record
      }),
    )
    const isSame = (record: Shown, n: number): boolean => record.version === records[n]?.version
    if (now.some((record, n) => record && !isSame(record, n) && !mayErase(this.#actor, record))) return undefined
    return now.filter((record) => record !== undefined)
  }
}

/** What came of planning; no plan where everything was gone by then. */
interface Planned {
  readonly plan: Plan | undefined
  readonly records: readonly Shown[]
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
