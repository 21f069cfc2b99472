import { OptionError } from '../values/errors.ts'
import { Journal } from './journal.ts'
import { knownAt } from './known-at.ts'
import type { KnownAt } from './known-at.ts'
import type { JournalEntry } from './journal.ts'
import { entryKinds } from './journal-options.ts'
import type { EntryOptions, SupersedeOptions } from './journal-options.ts'
import { requireValue } from '../values/json.ts'
import type { Actor } from '../space/actor.ts'
import type { Space } from '../space/space.ts'
import { requireIds } from '../values/require-option.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** A decision to record: see {@link Decisions.record}. */
export interface DecisionInput<Decision> extends EntryOptions {
  readonly task: string
  /** A string, or any JSON data. */
  readonly decision: Decision
  readonly reasoning: string
}

/** The value of a decision's entry. */
export interface DecisionValue<Decision = unknown> {
  readonly decision: Decision
  readonly reasoning: string
}

const inputKinds: OptionKinds<DecisionInput<unknown>> = { ...entryKinds, decision: 'any', reasoning: 'any' }

/** Decisions of agents with their reasons, listed by task and by agent. */
export class Decisions extends Journal {
  readonly #space: Space
  readonly #actor: Actor

  /** @internal */
  constructor(space: Space, actor: Actor) {
    super(space, actor, 'decisions')
    this.#space = space
    this.#actor = actor
  }

  /**
   * Records a decision.
   *
   * @throws ValueError, OptionError, StoreError
   */
  async record<Decision>(input: DecisionInput<Decision>): Promise<JournalEntry<DecisionValue<Decision>>> {
    const { value, options } = inputOf(input)
    // So that what was read before it is told from what is read afterwards: see `knownAt`.
    this.#space.readAudit?.flush()
    return this.append(value, options)
  }

  /**
   * Supersedes a decision: the new one holds in its place. Records derived from it are in doubt, as if it had been
   * retracted.
   *
   * @param next - A new decision, or the entry of one that is there already.
   * @returns the entry that holds now.
   * @throws NotFoundError, AccessError, ValueError, OptionError, StoreError; CorrectedError when one of the two was
   * corrected before
   */
  async supersede<Decision>(
    id: string,
    next: Omit<DecisionInput<Decision>, 'idempotencyKey'> | { readonly id: string },
    options: SupersedeOptions = {},
  ): Promise<JournalEntry<DecisionValue<Decision>>> {
    return this.replace<DecisionValue<Decision>>(id, 'id' in next ? next : inputOf(next), options)
  }

  /**
   * The knowledge of the author of a decision: the records that it had read before, by the audit, with their values at
   * that time. That reaches as far back as the audit and the history are kept.
   *
   * Authors ask about their own decisions; others need the right `audit`.
   *
   * @throws NotFoundError when there is no such decision that this principal can see; AccessError without the right;
   * OptionError, StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const ann = memory.as({ id: 'ann', role: 'sales' })
   * await ann.facts.set('price', 10)
   * await ann.facts.get('price')
   * const { id } = await ann.decisions.record({ task: 'deal', decision: 'offer', reasoning: 'It is cheap.' })
   * await ann.facts.set('price', 99)
   * const { records } = await ann.decisions.knownAt(id)
   * records.map(({ id, value }) => [id, value]) // => [['price', 10]]
   * await memory.close()
   * ```
   */
  async knownAt(id: string): Promise<KnownAt> {
    requireIds('id', [id])
    this.#space.assertOpen()
    return knownAt(this.#space, this.#actor, id)
  }
}

function inputOf<Decision>(input: DecisionInput<Decision>): {
  value: DecisionValue<Decision>
  options: EntryOptions
} {
  const { decision, reasoning, ...options } = requireOptions('decisions.record', input, inputKinds)
  if (typeof reasoning !== 'string') throw new OptionError('reasoning', 'a string', reasoning)
  requireValue(decision, '$.decision')
  return { value: { decision, reasoning }, options }
}
