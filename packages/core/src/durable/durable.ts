import { OptionError } from '@skein/memory'
import type { AnyActorLogic, EventFromLogic } from 'xstate'

import type { AgentDefinition } from '../machine/host.ts'
import { machineDefinition } from '../machine/machine-definition.ts'
import type { Message } from '../messages/message.ts'
import { requireDurable } from './require-durable.ts'

/** How a durable agent is kept; see {@link durable}. */
export interface DurableOptions {
  /** Names the definition in the memory. Keep it from release to release. */
  readonly name: string
  /** @defaultValue the definition's role, or the name */
  readonly role?: string
  /**
   * Version of the form of its states. Raise it when states saved before can't be gone on from as they are.
   *
   * @defaultValue 1
   */
  readonly version?: number
  /**
   * Turns a state that an earlier version saved into one of this version.
   *
   * @param state - Of a machine its persisted snapshot, of a behaviour its state.
   * @param version - The version that saved it.
   */
  readonly migrate?: (state: never, version: number) => unknown
  /**
   * Whether messages are kept in the memory until the agent has taken them.
   *
   * @defaultValue 'volatile'
   */
  readonly mailbox?: 'durable' | 'volatile'
  /**
   * How long an agent, and work that it has begun, stay taken after its process was last heard of, in milliseconds.
   *
   * @defaultValue 5_000
   */
  readonly leaseMs?: number
  /**
   * How long an agent that has ended is kept, in milliseconds. Until then its id shows how it ended; after that, the
   * id begins anew.
   *
   * @defaultValue for ever
   */
  readonly keepEndedMs?: number
}

type Optional = 'migrate' | 'keepEndedMs'

/** An agent whose state is kept in the memory. */
export interface DurableDefinition<Taken extends Message = Message> extends AgentDefinition<Taken> {
  readonly durable: Required<Omit<DurableOptions, 'role' | Optional>> & Pick<DurableOptions, Optional>
}

/**
 * Makes an agent durable: its state is kept in the memory, and another process
 * goes on with it where this one ended, however it ended.
 *
 * What a machine invokes by activities or `escalate` is done once: it begins
 * when the state that asks for it is stored, and what was finished is not done
 * again. Timers (`after`) go on. Other invoked logic is started again.
 *
 * @throws NotDurableError when a machine could not be restored: it says where, and what to do.
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { createFlock, durable } from '@skein/core'
 * import { mapStore, openMemory } from '@skein/memory'
 * import { assign, setup } from 'xstate'
 *
 * const tally = durable(
 *   setup({ types: {} as { context: { n: number }; events: { type: 'count' } } }).createMachine({
 *     context: { n: 0 },
 *     on: { count: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
 *   }),
 *   { name: 'tally', mailbox: 'durable' },
 * )
 * await using memory = await openMemory({ store: mapStore() })
 * const first = await createFlock({ memory })
 * await (await first.spawnDurable(tally, { id: 't1' })).post({ type: 'count' })
 * await first.close()
 *
 * await using second = await createFlock({ memory })
 * const { resumed } = await second.resume([tally])
 * resumed.map(({ id }) => id) // => ['t1']
 * ```
 */
export function durable<Taken extends Message>(
  definition: AgentDefinition<Taken>,
  options: DurableOptions,
): DurableDefinition<Taken>
export function durable<Logic extends AnyActorLogic>(
  logic: Logic,
  options: DurableOptions,
): DurableDefinition<EventFromLogic<Logic>>
export function durable(what: AgentDefinition | AnyActorLogic, options: DurableOptions): DurableDefinition<never> {
  const { name, version = 1, migrate, mailbox = 'volatile', leaseMs = 5_000, keepEndedMs } = options
  if (typeof name !== 'string' || name === '' || name.includes(':')) {
    throw new OptionError('name', 'a text that is not empty and has no colon', name)
  }
  if (!(Number.isSafeInteger(version) && version >= 1))
    throw new OptionError('version', 'a whole number from 1', version)
  if (mailbox !== 'durable' && mailbox !== 'volatile')
    throw new OptionError('mailbox', "'durable' or 'volatile'", mailbox)
  if (!(Number.isSafeInteger(leaseMs) && leaseMs >= 50))
    throw new OptionError('leaseMs', 'a whole number from 50', leaseMs)
  if (keepEndedMs !== undefined && !(Number.isSafeInteger(keepEndedMs) && keepEndedMs >= 1)) {
    throw new OptionError('keepEndedMs', 'a whole number from 1', keepEndedMs)
  }
  const definition = 'makeHost' in what ? what : machineDefinition(name, what)
  if ('logic' in definition) requireDurable(name, definition.logic)
  const ending = keepEndedMs === undefined ? {} : { keepEndedMs }
  const kept = { name, version, mailbox, leaseMs, ...ending, ...(migrate && { migrate }) }
  return { ...definition, role: options.role ?? definition.role, durable: kept }
}
