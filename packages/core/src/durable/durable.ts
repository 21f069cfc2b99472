import { OptionError } from '@skein/memory'
import { requireDuration, requireInteger, requireLifetime, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { AgentRef } from '../agents/agent-ref.ts'
import type { AgentDefinition } from '../machine/host.ts'
import type { AgentSnapshot, AnyLogic, LogicEvent, LogicOutput, LogicSnapshot } from '../machine/logic.ts'
import { isDefinition, machineDefinition, requireLogic } from '../machine/machine-definition.ts'
import type { Message } from '../messages/message.ts'
import { requireDurable } from './require-durable.ts'

/** How a durable agent is stored; see {@link durable}. */
export interface DurableOptions {
  /** Identifies the definition in the memory. Keep it from release to release. */
  readonly name: string
  /** @defaultValue the definition's role, or the name */
  readonly role?: string
  /**
   * Version of the format of its states. Raise it when states saved earlier no longer fit.
   *
   * @defaultValue 1
   */
  readonly version?: number
  /**
   * Converts a state that an earlier version saved to one of this version. Pure and not async. Skein compares the
   * returned state with the definition before the agent runs.
   *
   * @param state - A behavior's state; or a machine's persisted snapshot, with its `timers`: of each delay (`after`)
   * that runs `{ state, delay, dueAt }`, such as `{ state: 'waiting', delay: '60000', dueAt: 1_700_000_000_000 }`.
   * @param version - The version that saved it.
   */
  readonly migrate?: (state: never, version: number) => unknown
  /**
   * Whether messages are stored in the memory until the agent has taken them.
   *
   * @defaultValue 'volatile'
   */
  readonly mailbox?: 'durable' | 'volatile'
  /**
   * How long an agent and its unfinished work stay claimed after its process stopped renewing the claim, in
   * milliseconds: at least 50.
   *
   * @defaultValue 5_000
   */
  readonly leaseMs?: number
  /**
   * How long an agent that has ended is kept, in milliseconds. Until then its id shows how it ended; after that, the id
   * can be used again.
   *
   * @defaultValue no limit
   */
  readonly keepEndedMs?: number
}

const kinds: OptionKinds<DurableOptions> = {
  name: 'any',
  role: 'string',
  version: 'any',
  migrate: 'function',
  mailbox: 'any',
  leaseMs: 'any',
  keepEndedMs: 'any',
}

type Optional = 'migrate' | 'keepEndedMs'

/** The definition of an agent whose state is stored in the memory. */
export interface DurableDefinition<
  Taken extends Message = Message,
  Output = unknown,
  Snapshot = AgentSnapshot,
> extends AgentDefinition<Taken, Output, Snapshot> {
  /** @internal The XState logic that it runs; `undefined` of a behavior. */
  readonly logic?: unknown
  readonly durable: Required<Omit<DurableOptions, 'role' | Optional>> & Pick<DurableOptions, Optional>
}

/** The definition of any durable agent. */
export type AnyDurable = DurableDefinition<never, unknown, unknown>

/** A handle of an agent of one of these definitions. */
export type RefOf<Definition> = AgentRef<
  TakenBy<Definition>,
  GivenBy<Definition>['output'],
  GivenBy<Definition>['snapshot']
>

type TakenBy<Definition> = Definition extends { readonly '~takes'?: (message: infer Taken extends Message) => void }
  ? Taken
  : never
type GivenBy<Definition> = Definition extends {
  readonly '~gives'?: infer Given extends { readonly output: unknown; readonly snapshot: unknown }
}
  ? Given
  : never

/**
 * Makes an agent durable: its state is stored in the memory, and another process
 * can continue where this one ended, however it ended.
 *
 * Activities and escalations that a machine invokes are done once: they begin
 * when the state that invokes them is stored, and finished ones are not done
 * again. Timers (`after`) continue. Other invoked logic is started again.
 *
 * @throws NotDurableError when a machine could not be restored: it says where, and what to change.
 * @throws OptionError when a setting is out of range.
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
 * const memory = await openMemory({ store: mapStore() })
 * const first = await createFlock({ memory })
 * await (await first.spawnDurable(tally, { id: 't1' })).post({ type: 'count' })
 * await first.close()
 *
 * const second = await createFlock({ memory })
 * const { resumed } = await second.resume([tally])
 * resumed.map(({ id }) => id) // => ['t1']
 * await second.close()
 * await memory.close()
 * ```
 */
export function durable<Taken extends Message, Output, Snapshot>(
  definition: AgentDefinition<Taken, Output, Snapshot>,
  options: DurableOptions,
): DurableDefinition<Taken, Output, Snapshot>
export function durable<Logic extends AnyLogic>(
  logic: Logic,
  options: DurableOptions,
): DurableDefinition<LogicEvent<Logic>, LogicOutput<Logic>, LogicSnapshot<Logic>>
export function durable(what: AgentDefinition<never> | AnyLogic, given: DurableOptions): AnyDurable {
  const options = requireOptions('durable', given, kinds)
  const { name, version = 1, migrate, mailbox = 'volatile', leaseMs = 5_000, keepEndedMs } = options
  if (typeof name !== 'string' || name === '' || name.includes(':')) {
    throw new OptionError('name', 'a non-empty string without colons', name)
  }
  requireInteger('version', version, 1)
  if (mailbox !== 'durable' && mailbox !== 'volatile')
    throw new OptionError('mailbox', "'durable' or 'volatile'", mailbox)
  requireDuration('leaseMs', leaseMs, 50)
  if (keepEndedMs !== undefined) requireLifetime('keepEndedMs', keepEndedMs)
  const definition = isDefinition(what) ? what : machineDefinition(name, requireLogic(what))
  if ('logic' in definition) requireDurable(name, definition.logic)
  const optional = { ...(keepEndedMs !== undefined && { keepEndedMs }), ...(migrate && { migrate }) }
  const resolved = { name, version, mailbox, leaseMs, ...optional }
  return { ...definition, role: options.role ?? definition.role, durable: resolved }
}
