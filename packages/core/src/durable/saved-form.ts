import { fromEnvelope, toEnvelope } from '@skein/memory/runtime'
import type { ErrorEnvelope } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

import type { Outcome } from '../owner/state-persister.ts'
import { AgentVersionError } from './durable-errors.ts'
import type { DurableDefinition } from './durable.ts'

/** The stored form of a durable agent. */
export interface SavedForm {
  readonly version: number
  readonly input?: unknown
  /** The state to continue from; absent where it has to begin anew. */
  readonly saved?: unknown
  /** The label of what it had read; forms of earlier versions don't say. */
  readonly label?: Label
  /** How it ended, if it has. */
  readonly outcome?: SavedOutcome
}

type SavedOutcome =
  | { readonly type: 'done'; readonly output?: unknown }
  | { readonly type: 'failed'; readonly error: ErrorEnvelope }

/** An end in its stored form. */
export function saveOutcome(outcome: Exclude<Outcome, { type: 'stopped' }>): SavedOutcome {
  if (outcome.type === 'done') return outcome
  const { name, message, stack, cause, fields } = toEnvelope(outcome.error)
  const { code } = fields
  return { type: 'failed', error: { name, message, stack, cause, fields: typeof code === 'string' ? { code } : {} } }
}

/** An end from its stored form. */
export function loadOutcome(saved: SavedOutcome): Outcome {
  return saved.type === 'done'
    ? { type: 'done', output: saved.output }
    : { type: 'failed', error: fromEnvelope(saved.error) }
}

/**
 * The state to continue from, in the format of this version.
 *
 * @throws AgentVersionError when another version saved it and there is no way to convert it.
 */
export function migrated(agent: string, { durable }: DurableDefinition, form: SavedForm): unknown {
  const { saved, version } = form
  if (saved === undefined || version === durable.version) return saved
  const { migrate } = durable
  if (!migrate || version > durable.version) throw new AgentVersionError(agent, version, durable.version)
  const { snapshot, state } = saved as { readonly snapshot?: unknown; readonly state?: unknown }
  const change = migrate as (state: unknown, version: number) => unknown
  return snapshot === undefined
    ? { state: change(state, version) }
    : { ...(saved as object), snapshot: change(snapshot, version) }
}
