import type { Escalation, Principal, View } from '@skein/memory'
import type { ReadScope, Tracing } from '@skein/memory/runtime'
import type { AnyActorRef } from 'xstate'

import type { Clock } from '../base/clock.ts'
import type { BudgetScope } from '../limits/budget.ts'
import type { Message, Reply } from '../messages/message.ts'
import type { StatePersister } from './state-persister.ts'

/** An agent, as everything sees it that works on its behalf: its machine, activities, escalations. */
export interface Owner {
  readonly id: string
  readonly principal: Principal
  /** What it has read: what it writes, sends and has done for it is at least as sensitive. */
  readonly scope: ReadScope
  /** The memory as the agent sees it. */
  readonly memory: View
  readonly tracing: Tracing
  readonly clock: Clock
  /** Stores a durable agent; `undefined` for others. */
  readonly persister: StatePersister | undefined
  /** Limits its model calls, beside the flock's budget. */
  readonly budget: BudgetScope | undefined
  /** Sends a message on behalf of the agent, wherever its receiver runs. */
  tell(to: string, message: Message): void
  /** Answers a question that the agent was asked. */
  reply(reply: Reply): void
  /** Notifies people that the agent waits for them. */
  announce(escalation: Escalation): void
}

/** One life of an agent: from a start to the next failure, or to its end. */
export interface Life {
  readonly owner: Owner
  /** Aborted when this life ends: when the agent stops, fails or restarts. */
  readonly signal: AbortSignal
}

type System = AnyActorRef['system']
const key = Symbol('skein.life')
type LivingSystem = System & { [key]?: Life }

/** Records which life of which agent a system of actors belongs to. */
export function setLife(system: System, life: Life): void {
  ;(system as LivingSystem)[key] = life
}

/** The life of the agent that a system of actors belongs to; `undefined` when plain XState started the system. */
export function lifeOf(system: System): Life | undefined {
  return (system as LivingSystem)[key]
}
