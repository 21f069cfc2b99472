import type { Escalation, Principal, View } from '@skein/memory'
import type { AnyActorRef } from 'xstate'

import type { BudgetScope } from '../models/budget.ts'
import type { StatePersister } from './state-persister.ts'
import type { Message } from '../messages/message.ts'

/** The agent that a machine runs for, as activities, escalations and other logic find it from inside the machine. */
export interface Owner {
  readonly principal: Principal
  /** The memory as the agent sees it. */
  readonly memory: View
  /** Aborted when this life of the agent ends: when it stops, fails or restarts. */
  readonly signal: AbortSignal
  /** Keeps it in the memory, where it is durable. */
  readonly persister: StatePersister | undefined
  /** What the models may use up for it, beside the flock's budget. */
  readonly budget: BudgetScope | undefined
  /** Sends a message for the agent, wherever its receiver runs. */
  tell(to: string, message: Message): void
  /** Tells people that it waits for them. */
  announce(escalation: Escalation): void
}

type System = AnyActorRef['system']
const key = Symbol('skein.owner')
type Owned = System & { [key]?: Owner }

/** Says which agent a system of actors belongs to. */
export function setOwner(system: System, owner: Owner): void {
  ;(system as Owned)[key] = owner
}

/** The agent that a system of actors belongs to; `undefined` when XState was started without a flock. */
export function ownerOf(system: System): Owner | undefined {
  return (system as Owned)[key]
}
