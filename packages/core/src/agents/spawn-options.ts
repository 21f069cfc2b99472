import { OptionError } from '@skein/memory'
import type { Clearance } from '@skein/memory'
import { requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { budgetScope } from '../limits/budget.ts'
import type { Budget } from '../limits/budget.ts'
import type { AgentDefinition } from '../machine/host.ts'
import { resolveMailbox } from '../messages/mailbox-options.ts'
import type { MailboxOptions } from '../messages/mailbox-options.ts'
import { resolveSupervision } from '../supervision/supervision.ts'
import type { Supervision } from '../supervision/supervision.ts'
import type { AgentParts } from './agent-parts.ts'
import { AgentRef } from './agent-ref.ts'

/** How to spawn an agent. */
export interface SpawnOptions {
  /** @defaultValue its role and a number */
  readonly id?: string
  /** @defaultValue the definition's role */
  readonly role?: string
  /** @defaultValue public records outside every compartment */
  readonly clearance?: Clearance
  /** The machine's input. */
  readonly input?: unknown
  readonly mailbox?: MailboxOptions
  /** @defaultValue the flock's */
  readonly supervision?: Supervision
  /** Limits its model calls, beside the flock's budget. */
  readonly budget?: Budget & { readonly id?: string }
  /** The new agent ends with its parent, and its failures can be escalated to the parent. */
  readonly parent?: AgentRef<never>
}

/** For {@link SpawnOptions}. */
export const spawnKinds: OptionKinds<SpawnOptions> = {
  id: 'string',
  role: 'string',
  clearance: 'object',
  input: 'any',
  mailbox: 'any',
  supervision: 'any',
  budget: 'any',
  parent: 'object',
}

/**
 * Settles the parts of an agent from its definition and options.
 *
 * @param supervise - The supervision of agents whose options name none.
 * @param nextNumber - Numbers agents without an id.
 * @throws OptionError when an option is out of range.
 */
export function resolveSpawn(
  definition: AgentDefinition,
  options: SpawnOptions,
  supervise: AgentParts['supervise'],
  nextNumber: () => number,
): AgentParts {
  requireOptions('spawn', options, spawnKinds)
  const { role = definition.role, supervision, parent, clearance, input, budget } = options
  const id = options.id ?? `${role}-${nextNumber()}`
  return {
    definition,
    input,
    principal: clearance ? { id, role, clearance } : { id, role },
    mailbox: resolveMailbox(options.mailbox),
    supervise: supervision === undefined ? supervise : resolveSupervision(supervision),
    parent: parent && parentOf(parent),
    budget: budget === undefined ? undefined : budgetScope(budget, 'agent'),
  }
}

function parentOf(parent: AgentRef<never>): AgentParts['parent'] {
  if (!(parent instanceof AgentRef)) throw new OptionError('parent', 'an agent of this flock', parent)
  return AgentRef.runtimeOf(parent)
}
