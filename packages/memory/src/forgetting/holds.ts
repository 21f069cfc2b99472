import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

import type { NotedGroup } from '../audit/noted-reads.ts'
import type { Actor } from '../space/actor.ts'
import type { OwnMutation, Shown } from '../space/shown.ts'
import type { StoredSpace } from '../space/space.ts'
import { nameOfSource } from '../space/write-options.ts'
import type { TouchMutation } from '../store/mutation.ts'
import type { RecordKey } from '../store/record.ts'
import { sourceName } from '../store/source-name.ts'
import { distinct, joinLabels } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import { NotFoundError, OptionError, VersionConflictError } from '../values/errors.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { limits } from '../values/limits.ts'
import { requireIds } from '../values/require-option.ts'
import { countsOf } from './erasing.ts'
import { pastKeptBy } from './find-past.ts'
import { addDerived, findTargets } from './find-targets.ts'
import type { Found } from './find-targets.ts'
import { isSubjectAlone, parseTarget } from './forget-options.ts'
import type { ForgetTarget } from './forget-options.ts'
import { requireHoldOptions, requireListHoldsOptions, requireReleaseOptions } from './hold-options.ts'
import type { Hold, HoldOptions, HoldReport, ListHoldsOptions, ReleaseHoldOptions } from './hold-options.ts'
import { isAboutHolds, isHoldable, readHolds, setHolds } from './hold.ts'
import type { HoldRule, HoldsInForce } from './hold.ts'

/** What the record of a hold says. */
type Told = Omit<Hold, 'id'>

/** The records of a hold that the principal sees. */
interface Kept {
  readonly rule: HoldRule
  readonly records: readonly Shown[]
  readonly pastVersions: number
}

/** Legal holds, which protect records from being forgotten. */
export class Holds {
  readonly #space: StoredSpace
  readonly #actor: Actor

  /** @internal */
  constructor(space: StoredSpace, actor: Actor) {
    this.#space = space
    this.#actor = actor
  }

  /**
   * Holds records, for all threads, processes and machines, until the hold is released: nobody can forget or delete
   * them or overwrite a fact, they do not expire, and no retention rule removes them; attempts reject with a
   * `HeldError`. A filter also holds what is written later.
   *
   * It is in force when this resolves; an erasure at the same time comes before it as a whole, or is refused.
   *
   * @param what - As for `view.forget`.
   * @throws AccessError without the right `hold`; OptionError, StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const ann = memory.as({ id: 'ann', role: 'sales' })
   * await ann.observations.log({ value: 'Zoë called', subject: 'person/42' })
   * const lawyer = memory.as({ id: 'leo', role: 'legal', rights: ['hold'] })
   * const { id, held } = await lawyer.holds.place({ subject: 'person/42' }, { reason: 'Case 7' })
   * held // => { observations: 1 }
   * await ann.forget({ subject: 'person/42' }, { reason: 'asked' }).catch(({ code }) => code) // => 'SKEIN_HELD'
   * await lawyer.holds.release(id, { reason: 'settled' })
   * await memory.close()
   * ```
   */
  async place(what: ForgetTarget, options: HoldOptions): Promise<HoldReport> {
    this.#space.assertOpen()
    const { reason, derived } = requireHoldOptions(options)
    const target = parseTarget(what)
    const id = randomUUID()
    this.#actor.requireRight('hold', 'hold', keyOf(id))
    const filter = 'sources' in target ? undefined : target
    const find = async (): Promise<Kept> => {
      const found = await this.#find(what, derived === 'hold' && !isSubjectAlone(filter))
      await this.#prolong(found)
      const present = filter && (derived === 'leave' || isSubjectAlone(filter)) ? [] : [...found.keys()]
      const given = 'sources' in target ? target.sources.map(nameOfSource) : []
      const rule = { id, names: [...present, ...given], ...(filter && { filter }), derived: derived === 'hold' }
      const past = await pastKeptBy(this.#actor, rule)
      // A fact that was deleted is named as well, as there is something of it to keep.
      const gone = new Set(past.map((record) => sourceName(record)))
      const names = distinct([...present, ...given.filter((name) => gone.has(name))])
      return { rule: { ...rule, names }, records: [...found.values(), ...past], pastVersions: past.length }
    }
    await this.#change(async (holds) => {
      const { rule, records } = await find()
      requireFew(rule.names)
      const { id: placedBy } = this.#actor.principal
      const said = { reason, records: rule.names, ...(filter && { filter }) }
      const told: Told = { state: 'in-force', ...said, placedBy, placedAt: this.#space.store.now() }
      return [setHolds([...holds.rules, rule], holds.version), this.#tell(id, told, joinLabels(records), 0), reason]
    })
    // Until other processes have heard of it, they go on as before.
    const { noticeMs } = this.#space
    if (noticeMs > 0) await pause(noticeMs)
    const { records, pastVersions } = await find()
    return { id, held: countsOf(records), pastVersions }
  }

  /**
   * Releases a hold: records that no other hold keeps can be forgotten, deleted and overwritten again. Records that
   * would have expired meanwhile stay until a retention rule, or somebody, removes them.
   *
   * @throws NotFoundError when no such hold is in force that this principal can see; AccessError without the right
   * `hold`; OptionError, StoreError
   */
  async release(id: string, options: ReleaseHoldOptions): Promise<void> {
    this.#space.assertOpen()
    requireIds('id', [id])
    const { reason } = requireReleaseOptions(options)
    this.#actor.requireRight('hold', 'hold', keyOf(id))
    await this.#change(async (holds) => {
      const record = await this.#actor.read(keyOf(id))
      const rules = holds.rules.filter((rule) => rule.id !== id)
      if (!record || rules.length === holds.rules.length) throw new NotFoundError('hold in force', id)
      const { id: by } = this.#actor.principal
      const released = { by, at: this.#space.store.now(), reason }
      const told: Told = { ...(decodeJson(record.value) as Told), state: 'released', released }
      return [setHolds(rules, holds.version), this.#tell(id, told, record, record.version), reason]
    })
  }

  /**
   * The holds that this principal can see, newest first. A hold is as sensitive as what it kept when it was placed.
   *
   * @throws OptionError, StoreError
   */
  async list(options: ListHoldsOptions = {}): Promise<Hold[]> {
    this.#space.assertOpen()
    const { state } = requireListHoldsOptions(options)
    const tags = state === 'any' ? [] : [state]
    const found: Hold[] = []
    let after: number | undefined
    do {
      const query = { collection: 'holds', tags, order: 'newest', limit: limits.page, after } as const
      const page = await this.#actor.query(query)
      found.push(...page.records.map(({ id, value }) => ({ id, ...(decodeJson(value) as Told) })))
      after = page.next
    } while (after !== undefined)
    return found
  }

  async #find(what: ForgetTarget, withDerived: boolean): Promise<Found> {
    const found = await findTargets(this.#actor, what, true)
    if (withDerived) await addDerived(this.#actor, found)
    for (const [name, { collection }] of found) if (!isHoldable(collection)) found.delete(name)
    return found
  }

  /** Writes rules and what reports on them in one atom, again if somebody else has placed or released a hold. */
  async #change(
    decide: (holds: HoldsInForce) => Promise<readonly [ReturnType<typeof setHolds>, OwnMutation, string]>,
  ): Promise<void> {
    for (;;) {
      const [rules, told, reason] = await decide(await readHolds(this.#space.whole))
      const noted = this.#actor.audited([noteOf(told, this.#actor.principal.id, reason)])
      try {
        await this.#actor.write([...this.#actor.plain([rules]), told, noted])
        return
      } catch (error) {
        if (!(error instanceof VersionConflictError && isAboutHolds(error))) throw error
      }
    }
  }

  #tell(id: string, told: Told, { sensitivity, compartments }: Label, ifVersion: number): OwnMutation {
    const { id: author } = this.#actor.principal
    const meta = this.#actor.mark({ author, tags: [told.state], derivedFrom: [], sensitivity, compartments })
    return { type: 'set', key: keyOf(id), value: encodeJson(told), meta, ifVersion }
  }

  /** Takes the ends of what would expire. What was rewritten meanwhile is seen by the next look, or by the gate. */
  async #prolong(found: Found): Promise<void> {
    for (const { collection, id, version, expiresAt } of found.values()) {
      if (expiresAt === undefined || expiresAt >= this.#space.store.now() + limits.ttlMs / 2) continue
      const ttlMs = limits.ttlMs
      const touch: TouchMutation = { type: 'touch', key: { collection, id }, ifVersion: version, ttlMs }
      await this.#space.whole.write([touch])
    }
  }
}

const mostNames = 10_000

function requireFew(names: readonly string[]): void {
  if (names.length <= mostNames) return
  const found = names.length.toLocaleString('en-US')
  throw new OptionError(
    'what',
    `This hold would list ${found} records; a hold lists at most ${mostNames.toLocaleString('en-US')}. Hold them by a subject, or with derived: 'leave'.`,
  )
}

function keyOf(id: string): RecordKey {
  return { collection: 'holds', id }
}

function noteOf(told: OwnMutation, agent: string, reason: string): NotedGroup {
  const { sensitivity, compartments } = (told as { readonly meta: Label }).meta
  const { collection, id } = told.key
  return { agent, action: 'hold', outcome: 'hit', reason, collection, sensitivity, compartments, ids: [[id, 1]] }
}
