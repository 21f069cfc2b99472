import { OptionError } from '@skein/memory'
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
  if (isDefinition(what)) return what
  const known = definitions.get(what)
  if (known) return known
  requireLogic(what)
  const definition = machineDefinition<never>('agent', what)
  definitions.set(what, definition)
  return definition
}

/** Whether it defines an agent, and is not logic that does not know that it will be one. */
export function isDefinition<Definition extends AgentDefinition<never>>(
  what: Definition | AnyLogic,
): what is Definition {
  return typeof what === 'object' && what !== null && 'makeHost' in what
}

/** @throws OptionError unless it is actor logic. */
export function requireLogic(what: AnyLogic): AnyLogic {
  const given: Partial<AnyLogic> | null | undefined = what
  if (typeof given?.transition === 'function' && typeof given.getInitialSnapshot === 'function') return what
  throw new OptionError('definition', 'the result of agent() or behavior(), or XState logic such as a machine', what)
}
