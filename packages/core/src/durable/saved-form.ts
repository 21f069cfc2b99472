import { encodeJson, fromEnvelope, toStoredEnvelope } from '@skein/memory/runtime'
import type { ErrorEnvelope } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

import type { SavedMachine } from '../machine/machine-host.ts'
import type { SavedMove } from '../owner/machine-move.ts'
import type { Outcome } from '../owner/state-persister.ts'
import { layoutOf, namedTimers } from './saved-layout.ts'
import type { SavedLayout } from './saved-layout.ts'

/** The stored form of a durable agent. */
export interface SavedForm {
  readonly version: number
  readonly input?: unknown
  /** The state to continue from; absent where it has to begin again. */
  readonly saved?: unknown
  /** What the state waits for, if it is that of a machine; forms of earlier versions don't say. */
  readonly layout?: SavedLayout
  /** The label of what it had read; forms of earlier versions don't say. */
  readonly label?: Label
  /** What its machine did last; forms of earlier versions don't say. */
  readonly move?: SavedMove
  /** How it ended, if it has. */
  readonly outcome?: SavedOutcome
}

type SavedOutcome =
  | { readonly type: 'done'; readonly output?: unknown }
  | { readonly type: 'failed'; readonly error: ErrorEnvelope }

/** The part of a form that holds a state. */
export function saveState(logic: unknown, saved: unknown): Pick<SavedForm, 'saved' | 'layout'> {
  if (saved === undefined) return {}
  const { snapshot } = saved as Partial<SavedMachine>
  const layout = layoutOf(logic, snapshot)
  if (!layout) return { saved }
  const machine = saved as SavedMachine
  return { saved: { ...machine, timers: namedTimers(logic, machine, layout) }, layout }
}

/** An end in its stored form. */
export function saveOutcome(outcome: Exclude<Outcome, { type: 'stopped' }>): SavedOutcome {
  return outcome.type === 'done' ? outcome : { type: 'failed', error: storedError(outcome.error) }
}

/** An end from its stored form. */
export function loadOutcome(saved: SavedOutcome): Outcome {
  return saved.type === 'done'
    ? { type: 'done', output: saved.output }
    : { type: 'failed', error: fromEnvelope(saved.error) }
}

/** An error whose parts throw when they are read is stored all the same: an agent that has ended must not stay taken. */
function storedError(error: unknown): ErrorEnvelope {
  try {
    const { name, message, stack, cause, fields } = toStoredEnvelope(error)
    const { code } = fields
    const stored = { name, message, stack, cause, fields: typeof code === 'string' ? { code } : {} }
    encodeJson(stored)
    return stored
  } catch {
    return toStoredEnvelope(new Error('It failed with an error that could not be read.'))
  }
}
