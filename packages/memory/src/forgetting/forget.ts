import { randomUUID } from 'node:crypto'

import type { Actor } from '../space/actor.ts'
import type { OwnMutation, Shown } from '../space/shown.ts'
import type { Space } from '../space/space.ts'
import type { Collection } from '../store/collections.ts'
import { correctedKey } from '../store/correction-key.ts'
import { hashOf } from '../store/object-id.ts'
import { sourceName } from '../store/source-name.ts'
import { joinLabels } from '../values/access.ts'
import { VersionConflictError } from '../values/errors.ts'
import { encodeJson } from '../values/json.ts'
import type { Erasure } from './erasure.ts'
import { addDerived, correctionsOfAll, findTargets } from './find-targets.ts'
import type { Found } from './find-targets.ts'
import { requireForgetOptions } from './forget-options.ts'
import type { ForgetOptions, ForgetReport, ForgetTarget } from './forget-options.ts'

/** Up to so many records go in one atomic step; more go step by step, so that other writers are not kept waiting. */
const batchSize = 500

/**
 * Forgets records, and what is derived from them: values, search terms, results of work, and contents of objects that no
 * record holds any more. What is derived goes first, so that a run that was interrupted finds the rest by its sources.
 *
 * @throws OptionError; AccessError where a record is somebody else's, without the right `erase`: nothing was forgotten.
 */
export async function forget(
  space: Space,
  actor: Actor,
  what: ForgetTarget,
  options: ForgetOptions,
): Promise<ForgetReport> {
  const { reason, derived } = requireForgetOptions(options)
  const found = await findTargets(actor, what)
  const roots = new Set(found.keys())
  if (derived !== 'keep') await addDerived(actor, found)
  const all = [...found.values()]
  const doomed = derived === 'forget' ? all : all.filter((record) => roots.has(sourceName(record)))
  const left =
    derived === 'report'
      ? [...found].flatMap(([name, { collection }]) => (roots.has(name) || collection === 'corrections' ? [] : [name]))
      : []
  for (const record of doomed) if (!isAbout(record, found)) requireMayErase(actor, record)
  if (doomed.length === 0) return { id: undefined, forgotten: {}, contents: 0, left }
  const names = new Set(doomed.map((record) => sourceName(record)))
  const told = (await correctionsOfAll(actor, doomed)).filter((record) => !names.has(sourceName(record)))
  const gone = [...doomed, ...told]
  const erasing = new Erasing(space, actor, gone, { reason, derived })
  const { id, forgotten, contents } = await erasing.run(gone.toReversed())
  return { id, forgotten, contents, left }
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

/** One erasure, with the record that tells of it. */
class Erasing {
  readonly #space: Space
  readonly #actor: Actor
  readonly #key = { collection: 'erasures', id: randomUUID() } as const
  readonly #meta: ReturnType<Actor['mark']>
  readonly #said: Pick<Erasure, 'reason' | 'derived'>
  readonly #forgotten: Partial<Record<Collection, number>> = {}
  /** Of the contents of objects that are gone. */
  readonly #hashes = new Set<string>()
  #version = 0
  #contents = 0

  constructor(space: Space, actor: Actor, doomed: readonly Shown[], said: Pick<Erasure, 'reason' | 'derived'>) {
    this.#space = space
    this.#actor = actor
    this.#said = said
    // That something was forgotten, and why, is as sensitive as it was.
    const author = actor.principal.id
    this.#meta = actor.mark({ author, tags: [], derivedFrom: [], ...joinLabels(doomed) })
  }

  async run(doomed: readonly Shown[]): Promise<{ id: string } & Pick<Erasure, 'forgotten' | 'contents'>> {
    for (let from = 0; from < doomed.length; from += batchSize) {
      await this.#erase(doomed.slice(from, from + batchSize))
    }
    for (const hash of this.#hashes) if (await this.#space.shelf.forget(hash)) this.#contents += 1
    await this.#actor.scrub()
    await this.#write([], 'done')
    return { id: this.#key.id, forgotten: this.#forgotten, contents: this.#contents }
  }

  /** Deletes records that are as they were seen, and again those that were rewritten meanwhile. */
  async #erase(records: readonly Shown[]): Promise<void> {
    let rest: readonly Shown[] = records
    while (rest.length > 0) {
      try {
        await this.#write(rest, 'running')
        return
      } catch (error) {
        if (!(error instanceof VersionConflictError)) throw error
        rest = await this.#asTheyAre(rest)
      }
    }
  }

  /** What is there now. What somebody rewrote under the same key meanwhile goes as well: it was to be forgotten. */
  async #asTheyAre(records: readonly Shown[]): Promise<readonly Shown[]> {
    const now = await Promise.all(
      records.map(({ collection, id }) => this.#actor.read({ collection, id }, 'read', 'all')),
    )
    return now.filter((record) => record !== undefined)
  }

  async #write(records: readonly Shown[], state: Erasure['state']): Promise<void> {
    const counts = { ...this.#forgotten }
    for (const { collection } of records) counts[collection] = (counts[collection] ?? 0) + 1
    const { reason, derived } = this.#said
    const erasure: Erasure = { state, reason, derived, forgotten: counts, contents: this.#contents }
    const noted = {
      agent: this.#actor.principal.id,
      action: 'erase',
      outcome: 'hit',
      reason: this.#said.reason,
    } as const
    const groups = records.map(({ collection, id, sensitivity, compartments }) => {
      return { ...noted, collection, sensitivity, compartments, ids: [[id, 1]] as const }
    })
    const batch: OwnMutation[] = records.map(({ collection, id, version }) => {
      return { type: 'delete', key: { collection, id }, ifVersion: version }
    })
    batch.push({ type: 'set', key: this.#key, value: encodeJson(erasure), meta: this.#meta, ifVersion: this.#version })
    if (groups.length > 0) batch.push(this.#actor.audited(groups))
    const written = await this.#actor.write(batch)
    this.#version = written[records.length]?.version ?? this.#version
    Object.assign(this.#forgotten, counts)
    for (const { collection, id } of records) if (collection === 'objects') this.#hashes.add(hashOf(id))
  }
}
