import { OptionError } from '../values/errors.ts'
import { Journal } from './journal.ts'
import type { JournalEntry } from './journal.ts'
import type { SupersedeOptions } from './journal-options.ts'
import { requireValue } from '../values/json.ts'
import { writeOptionKinds } from '../space/write-options.ts'
import type { WriteOptions } from '../space/write-options.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** A decision to record: see {@link Decisions.record}. */
export interface DecisionInput<Decision> extends WriteOptions {
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

const inputKinds: OptionKinds<DecisionInput<unknown>> = { ...writeOptionKinds, decision: 'any', reasoning: 'any' }

/** What agents decided and why, listed by task and by agent. */
export class Decisions extends Journal {
  /**
   * Records a decision.
   *
   * @throws ValueError, OptionError, StoreError
   */
  async record<Decision>(input: DecisionInput<Decision>): Promise<JournalEntry<DecisionValue<Decision>>> {
    const { value, options } = inputOf(input)
    return this.append(value, options)
  }

  /**
   * Supersedes a decision: the new one holds in its place. What was derived from it is in doubt, as if it had been
   * retracted.
   *
   * @param next - A new decision, or the entry of one that is there already.
   * @returns the entry that holds now.
   * @throws NotFoundError, AccessError, ValueError, OptionError, StoreError; CorrectedError when one of the two was
   * corrected before
   */
  async supersede<Decision>(
    id: string,
    next: DecisionInput<Decision> | { readonly id: string },
    options: SupersedeOptions = {},
  ): Promise<JournalEntry<DecisionValue<Decision>>> {
    return this.replace<DecisionValue<Decision>>(id, 'id' in next ? next : inputOf(next), options)
  }
}

function inputOf<Decision>(input: DecisionInput<Decision>): {
  value: DecisionValue<Decision>
  options: WriteOptions
} {
  const { decision, reasoning, ...options } = requireOptions('decisions.record', input, inputKinds)
  if (typeof reasoning !== 'string') throw new OptionError('reasoning', 'a string', reasoning)
  requireValue(decision, '$.decision')
  return { value: { decision, reasoning }, options }
}
