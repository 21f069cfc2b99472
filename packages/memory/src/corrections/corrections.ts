import { remainingMs } from '../space/actor.ts'
import type { Actor } from '../space/actor.ts'
import type { Shown } from '../space/shown.ts'
import type { Space } from '../space/space.ts'
import type { Source } from '../space/write-options.ts'
import { nameOfSource } from '../space/write-options.ts'
import { collectionsWith } from '../store/collections.ts'
import type { Collection, CollectionWith } from '../store/collections.ts'
import { correctionKey } from '../store/correction-key.ts'
import { sourceName, subjectsOf, subjectSource } from '../store/source-name.ts'
import { asHeld, covers, distinct, joinLabels } from '../values/access.ts'
import { NotFoundError, OptionError, VersionConflictError } from '../values/errors.ts'
import { encodeJson } from '../values/json.ts'
import { limits } from '../values/limits.ts'
import { requireIds, requireInteger, requireStrings } from '../values/require-option.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'
import { confirmedDigest } from './confirmed-digest.ts'
import { requireRecord } from './correct.ts'
import { storedCorrection } from './correction.ts'
import type { Correction, StoredCorrection } from './correction.ts'
import { doubtsOf } from './doubts.ts'
import { correctedError, correctionsOf } from './find-corrections.ts'
import { walkDerived } from './walk-derived.ts'

/** A record that rests on another one. */
export interface Dependent {
  readonly collection: Collection
  readonly id: string
  readonly author: string
  readonly task: string | undefined
  /** Unix milliseconds, by the store's clock. */
  readonly updatedAt: number
  /** Steps from the record that it rests on. */
  readonly distance: number
  /** Why it no longer holds; absent while it holds. */
  readonly correction?: Correction
  /** The corrected records that cast doubt on it, as `collection/id`; empty for one that is not in doubt. */
  readonly doubts: readonly string[]
}

/** Options of {@link Corrections.dependents}. */
export interface DependentsOptions {
  /** Of this kind alone. */
  readonly collection?: CollectionWith<'derived'>
  /**
   * At most 100,000.
   *
   * @defaultValue 1_000
   */
  readonly limit?: number
}

/** Options of {@link Corrections.confirm}. */
export interface ConfirmOptions {
  readonly reason?: string
}

const dependentsKinds: OptionKinds<DependentsOptions> = { collection: 'string', limit: 'any' }
const confirmKinds: OptionKinds<ConfirmOptions> = { reason: 'any' }

/** Corrections of records, the records derived from these, and doubts about them. */
export class Corrections {
  readonly #space: Space
  readonly #actor: Actor

  /** @internal */
  constructor(space: Space, actor: Actor) {
    this.#space = space
    this.#actor = actor
  }

  /**
   * Why a record no longer holds; `undefined` while it holds.
   *
   * @throws NotFoundError when this principal can see no such record; OptionError, StoreError
   */
  async of(what: Source): Promise<Correction | undefined> {
    const record = await this.#find(what)
    return (await correctionsOf(this.#actor, [record])).get(sourceName(record))
  }

  /**
   * What rests on a record: all that was derived from it, directly or through others, nearest first. Within an activity
   * what it has read counts, without anybody having named it.
   *
   * @throws NotFoundError when this principal can see no such record; OptionError, StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const ann = memory.as({ id: 'ann', role: 'research' })
   * const seen = await ann.observations.log({ value: 'Acme is for sale' })
   * await ann.decisions.record({ task: 't1', decision: 'bid', reasoning: 'It is for sale.', derivedFrom: [seen] })
   * await ann.observations.retract(seen.id, 'It was a rumor.')
   * const [decision] = await ann.corrections.dependents(seen, { collection: 'decisions' })
   * decision?.doubts // => [`observations/${seen.id}`]
   * await memory.close()
   * ```
   */
  async dependents(what: Source, options: DependentsOptions = {}): Promise<Dependent[]> {
    const { collection, limit = 1_000 } = requireOptions('corrections.dependents', options, dependentsKinds)
    requireInteger('limit', limit, 1, limits.items)
    const kinds: readonly Collection[] = collectionsWith('derived')
    if (collection !== undefined && !kinds.includes(collection)) {
      throw new OptionError('collection', kinds.join(', '), collection)
    }
    const root = await this.#find(what)
    const { unseen, audience } = this.#actor
    const derived = await walkDerived(unseen, root, (record) => covers(audience, asHeld(record)))
    const wanted = derived.filter(({ record }) => collection === undefined || record.collection === collection)
    const found: { record: Shown; distance: number }[] = []
    for (const { record, distance } of wanted) {
      if (found.length === limit) break
      const seen = this.#actor.see(record, record, 'list', 'all')
      if (seen) found.push({ record: seen, distance })
    }
    const records = found.map(({ record }) => record)
    const [corrections, doubts] = await Promise.all([
      correctionsOf(this.#actor, records),
      doubtsOf(this.#actor, records),
    ])
    return found.map(({ record, distance }) => {
      const correction = corrections.get(sourceName(record))
      const { id, author, task, updatedAt } = record
      const about = { collection: record.collection, id, author, task, updatedAt, distance }
      return { ...about, ...(correction && { correction }), doubts: doubts.get(sourceName(record)) ?? [] }
    })
  }

  /**
   * The corrected records that cast doubt on a record, as `collection/id`; none for one that is not in doubt.
   *
   * @throws NotFoundError when this principal can see no such record; OptionError, StoreError
   */
  async doubts(what: Source): Promise<readonly string[]> {
    const record = await this.#find(what)
    return (await doubtsOf(this.#actor, [record])).get(sourceName(record)) ?? []
  }

  /**
   * Confirms that a record holds although one of its sources was corrected: it is no longer in doubt, until another
   * source is corrected, or it is rewritten. Authors confirm their own; others need the right `correct`.
   *
   * @throws NotFoundError, AccessError, OptionError, StoreError; CorrectedError for a record that no longer holds
   */
  async confirm(what: Source, options: ConfirmOptions = {}): Promise<void> {
    const { reason } = requireOptions('corrections.confirm', options, confirmKinds)
    if (reason !== undefined) requireStrings('reason', [reason])
    const found = await this.#find(what)
    for (;;) {
      const record = await requireRecord(this.#actor, found)
      if (record.isWithdrawn) throw await correctedError(this.#actor, record)
      try {
        await this.#writeConfirmation(record, reason)
        return
      } catch (error) {
        // It was corrected or confirmed meanwhile.
        if (!(error instanceof VersionConflictError)) throw error
      }
    }
  }

  async #writeConfirmation(record: Shown, reason: string | undefined): Promise<void> {
    const actor = this.#actor
    const key = correctionKey(record)
    const doubts = (await doubtsOf(actor, [record])).get(sourceName(record)) ?? []
    const keys = [key, ...doubts.map((id) => ({ collection: 'corrections', id }) as const)]
    const [before, ...causes] = await actor.unseen.read(keys)
    const known = storedCorrection(before)
    const of = confirmedDigest(record)
    const despite = distinct([...(known?.of === of ? (known.despite ?? []) : []), ...doubts])
    const said: StoredCorrection = { state: 'confirmed', reason, of, despite, at: actor.now() }
    const { collection, id, version, task, importance } = record
    // It says something of this record alone.
    const ttlMs = remainingMs(actor, record)
    // It names what was corrected, so it is as sensitive as that.
    const label = joinLabels([record, ...causes.filter((cause) => cause !== undefined)])
    const subjects = subjectsOf(record).map(subjectSource)
    const derivedFrom = distinct([sourceName(record), ...subjects, ...(actor.scope?.sources ?? [])]).toSorted()
    const { id: author } = actor.principal
    const meta = actor.mark({ author, task, tags: [], importance, derivedFrom, ...label })
    await actor.write([
      { type: 'set', key, value: encodeJson(said), meta, ttlMs, ifVersion: before?.version ?? 0 },
      { type: 'check', key: { collection, id }, ifVersion: version },
    ])
  }

  async #find(what: Source): Promise<Shown> {
    this.#space.assertOpen()
    const name = nameOfSource(what)
    requireIds('what', [name])
    const record = await this.#actor.find(what, 'all')
    if (!record) throw new NotFoundError('record', name)
    return record
  }
}
