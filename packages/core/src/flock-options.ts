import type { Clearance, Memory } from '@skein/memory'

import type { AgentParts } from './agents/agent-parts.ts'
import { AgentRef } from './agents/agent-ref.ts'
import type { AgentDefinition } from './machine/host.ts'
import { resolveMailbox } from './messages/mailbox.ts'
import type { MailboxOptions } from './messages/mailbox.ts'
import type { Scheduler } from './messages/run-queue.ts'
import type { Clock } from './base/clock.ts'
import type { Executor } from './activities/executor.ts'
import type { Notifier } from './human/notifier.ts'
import { budgetScope } from './models/budget.ts'
import type { Budget } from './models/budget.ts'
import type { Model } from './models/model.ts'
import { resolveSupervision } from './supervision/supervision.ts'
import type { Supervision } from './supervision/supervision.ts'

/** Options of {@link createFlock}. */
export interface FlockOptions {
  /** What the agents share. It stays open when the flock closes. */
  readonly memory: Memory
  /**
   * Worker threads for each kind of activity.
   *
   * @defaultValue the number of processors
   */
  readonly threads?: number
  /** @defaultValue the built-in extractive model */
  readonly model?: Model
  /** Runs the activities; worker threads unless told. It is closed with the flock. */
  readonly executor?: Executor
  /**
   * What is done about agents that fail, unless they are spawned with another.
   *
   * @defaultValue they end
   */
  readonly supervision?: Supervision
  /** What the models may use up, by all agents together; with an `id`, together with all flocks that name the same. */
  readonly budget?: Budget & { readonly id?: string }
  /** Who is told that an agent waits for a person. */
  readonly notifiers?: readonly Notifier[]
  /**
   * Where time comes from.
   *
   * @defaultValue this machine's clock
   */
  readonly clock?: Clock
  /**
   * Who decides which agent runs next; see `@skein/core/testing`.
   *
   * @defaultValue one after the other, in slices of 4 ms
   */
  readonly scheduler?: Scheduler
}

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
  /** What its activities' models may use up, beside the flock's budget. */
  readonly budget?: Budget & { readonly id?: string }
  /** Ends with it, and is told of failures that are escalated to the `parent`. */
  readonly parent?: AgentRef<never>
}

/**
 * What an agent is made of, as its definition and options say.
 *
 * @param supervise - What is done when it fails, unless the options say so.
 * @param nextNumber - Tells agents of a role apart that were given no id.
 * @throws OptionError when an option is out of range.
 */
export function resolveSpawn(
  definition: AgentDefinition,
  options: SpawnOptions,
  supervise: AgentParts['supervise'],
  nextNumber: () => number,
): AgentParts {
  const { role = definition.role, supervision, parent, clearance, input, budget } = options
  const id = options.id ?? `${role}-${nextNumber()}`
  return {
    definition,
    input,
    principal: clearance ? { id, role, clearance } : { id, role },
    mailbox: resolveMailbox(options.mailbox),
    supervise: supervision ? resolveSupervision(supervision) : supervise,
    parent: parent && AgentRef.runtimeOf(parent),
    budget: budget && budgetScope(budget, 'agent'),
  }
}
