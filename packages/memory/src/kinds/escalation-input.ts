import { writeOptionKinds } from '../space/write-options.ts'
import type { WriteOptions } from '../space/write-options.ts'
import type { EscalationState } from './escalation.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** A question of an agent to a person: see `Escalations.open`. */
export interface EscalationInput extends WriteOptions {
  readonly task: string
  /** Why the agent can't continue by itself. */
  readonly reason: string
  /** The question. Agents that ask the same about the same task wait for one answer. */
  readonly question?: string
  /** A person or a role; anybody when left out. */
  readonly assignedTo?: string
}

/** Filters of a list of escalations. */
export interface EscalationFilter {
  readonly state?: EscalationState
  readonly task?: string
  /** Assigned to this person or role, or to nobody. */
  readonly assignedTo?: string
  /** @defaultValue 100 */
  readonly limit?: number
}

/** For {@link EscalationInput}. */
export const escalationInputKinds: OptionKinds<EscalationInput> = {
  ...writeOptionKinds,
  reason: 'any',
  question: 'any',
  assignedTo: 'any',
}
/** For {@link EscalationFilter}. */
export const escalationFilterKinds: OptionKinds<EscalationFilter> = {
  state: 'string',
  task: 'any',
  assignedTo: 'any',
  limit: 'any',
}
