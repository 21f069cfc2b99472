import type { Actor } from '../space/actor.ts'
import type { StoredSpace } from '../space/space.ts'
import { forget } from './forget.ts'
import type { ForgetOptions, ForgetReport, ForgetTarget } from './forget-options.ts'
import { Holds } from './holds.ts'

/** The part of a view that forgets, and holds what must not be forgotten. */
export class Forgetful {
  readonly holds: Holds
  readonly #space: StoredSpace
  readonly #actor: Actor

  /** @internal */
  constructor(space: StoredSpace, actor: Actor) {
    this.holds = new Holds(space, actor)
    this.#space = space
    this.#actor = actor
  }

  /**
   * Forgets records for good, for all threads, processes and machines: one record, several, or all that a filter finds,
   * such as all that is about a person; with `derived: 'forget'` all that is derived from it, too. Search terms, cached
   * copies and contents that no record holds any more go with it, and the storage medium is cleaned. A record in
   * `erasures` says who forgot how much, when and why.
   *
   * Authors forget their own records; others need the right `erase`. It is one step for readers, whatever its size, and
   * after a crash whoever opens the space completes it. Records above the clearance are not found.
   *
   * @throws AccessError where a record is somebody else's, HeldError where one is under a legal hold; then nothing was
   * forgotten. OptionError, StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const ann = memory.as({ id: 'ann', role: 'sales' })
   * const call = await ann.observations.log({ value: 'Zoë called', subject: 'person/42' })
   * await ann.facts.set('next call', 'Zoë, on Monday', { derivedFrom: [call] })
   * const officer = memory.as({ id: 'olga', role: 'privacy', rights: ['erase'] })
   * const report = await officer.forget({ subject: 'person/42' }, { reason: 'She asked for it.', derived: 'forget' })
   * report.forgotten // => { observations: 1, facts: 1 }
   * await ann.facts.get('next call') // => undefined
   * await memory.close()
   * ```
   */
  async forget(what: ForgetTarget, options: ForgetOptions): Promise<ForgetReport> {
    this.#space.assertOpen()
    return forget(this.#space, this.#actor, what, options)
  }
}
