import type { Message } from '../messages/message.ts'
import { NoFlockError } from './no-flock-error.ts'
import { lifeOf } from './owner.ts'

/** A message and its receiver; see {@link tell}. */
export interface Telling {
  /** Id of an agent of the flock, or of a durable agent anywhere. */
  readonly to: string
  readonly message: Message
}

interface ActionArgs<Context, Event> {
  readonly context: Context
  readonly event: Event
  readonly system: unknown
}

/**
 * Creates a machine action that sends a message to another agent by its id.
 *
 * A durable agent's message is sent in the same write that stores the state
 * which follows from the action: however the process ends, either both happen or
 * neither. A durable mailbox receives the message exactly once.
 *
 * @param what - Returns what to send; `undefined` for nothing.
 *
 * @example
 * ```ts no-run
 * import { tell } from '@skein/core'
 * import { setup } from 'xstate'
 *
 * setup({ types: {} as { events: { type: 'found'; title: string } } }).createMachine({
 *   on: { found: { actions: tell(({ event }) => ({ to: 'editor', message: { type: 'read', title: event.title } })) } },
 * })
 * ```
 */
export function tell<Context, Event>(
  what: (args: { readonly context: Context; readonly event: Event }) => Telling | undefined,
): (args: ActionArgs<Context, Event>) => void {
  return ({ context, event, system }) => {
    const telling = what({ context, event })
    if (!telling) return
    const life = lifeOf(system as Parameters<typeof lifeOf>[0])
    if (!life) throw new NoFlockError('tell()')
    life.owner.tell(telling.to, telling.message)
  }
}
