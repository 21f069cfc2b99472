import type { AnyActorLogic } from 'xstate'

import type { AgentDefinition } from './host.ts'
import { MachineHost } from './machine-host.ts'
import type { Message } from './message.ts'

/** An agent whose every life runs XState logic. */
export interface MachineDefinition<Taken extends Message = Message> extends AgentDefinition<Taken> {
  readonly logic: AnyActorLogic
}

/** Defines an agent that runs XState logic. */
export function machineDefinition<Taken extends Message>(role: string, logic: AnyActorLogic): MachineDefinition<Taken> {
  return { role, logic, makeHost: (owner, start) => new MachineHost(logic, owner, start) }
}
