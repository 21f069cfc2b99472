import type { Outcome, Persistable } from '../owner/state-persister.ts'
import type { NotDurableError } from './durable-errors.ts'
import type { DurableDefinition } from './durable.ts'
import { saveOutcome, saveState } from './saved-form.ts'
import type { SavedForm } from './saved-form.ts'
import { whyNotDurable } from './why-not-durable.ts'

/** What is stored of an agent next. */
export interface NextForm {
  readonly form: SavedForm
  readonly status: 'active' | 'done' | 'failed'
  /** Of an agent that has ended: why the way it really ended can't be stored. */
  readonly notStored?: NotDurableError
}

/** Makes the forms in which one agent is stored. */
export class FormMaker {
  readonly #id: string
  readonly #definition: DurableDefinition
  readonly #input: unknown

  constructor(id: string, definition: DurableDefinition, input: unknown) {
    this.#id = id
    this.#definition = definition
    this.#input = input
  }

  /** The agent as it is now. @throws NotDurableError */
  active(agent: Persistable | undefined): NextForm {
    try {
      return { form: this.#form(agent, agent?.save()), status: 'active' }
    } catch (error) {
      throw whyNotDurable(this.#id, error)
    }
  }

  /** The agent as it has ended; one that was stopped stays active. @throws NotDurableError */
  ended(agent: Persistable | undefined, outcome: Outcome): NextForm {
    if (outcome.type === 'stopped') return this.active(agent)
    return { form: { ...this.#form(agent, undefined), outcome: saveOutcome(outcome) }, status: outcome.type }
  }

  /** The agent as having failed, as its real end can't be stored. */
  unstorable(agent: Persistable | undefined, error: NotDurableError): NextForm {
    return { ...this.ended(agent, { type: 'failed', error }), notStored: error }
  }

  #form(agent: Persistable | undefined, saved: unknown): SavedForm {
    return {
      version: this.#definition.durable.version,
      ...(agent && { label: agent.label }),
      ...(agent?.lastMove && { move: agent.lastMove }),
      ...(this.#input !== undefined && { input: this.#input }),
      ...saveState(this.#definition.logic, saved),
    }
  }
}
