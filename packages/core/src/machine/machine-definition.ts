import type { AnyActorLogic } from 'xstate'

import type { AgentDefinition } from './host.ts'
import type { AgentSnapshot, AnyLogic } from './logic.ts'
import { MachineHost } from './machine-host.ts'
import { prepareLogic } from './prepared-logic.ts'
import type { Message } from '../messages/message.ts'

/** The definition of an agent that runs XState logic. */
export interface MachineDefinition<
  Taken extends Message = Message,
  Output = unknown,
  Snapshot = AgentSnapshot,
> extends AgentDefinition<Taken, Output, Snapshot> {
  readonly logic: AnyLogic
}

/** Defines an agent that runs XState logic. */
export function machineDefinition<Taken extends Message, Output = unknown, Snapshot = AgentSnapshot>(
  role: string,
  logic: AnyLogic,
): MachineDefinition<Taken, Output, Snapshot> {
  const prepared = prepareLogic(logic as AnyActorLogic)
  return { role, logic, makeHost: (life, start) => new MachineHost(prepared, life, start) }
}

const definitions = new WeakMap<AnyLogic, MachineDefinition<never>>()

/** The definition of agents that run this logic: always the same one. */
export function definitionOf(what: AgentDefinition<never> | AnyLogic): AgentDefinition<never> {
  if ('makeHost' in what) return what
  const known = definitions.get(what)
  if (known) return known
  const definition = machineDefinition<never>('agent', what)
  definitions.set(what, definition)
  return definition
}
