import type { AnyEventObject, MachineContext } from 'xstate'

import { NoFlockError } from '../errors.ts'
import type { Message } from '../messages/message.ts'
import { ownerOf } from './owner.ts'

/** What {@link tell} is to send, and to whom. */
export interface Telling {
  /** Id of an agent of the flock, or of a durable agent anywhere. */
  readonly to: string
  readonly message: Message
}

interface ActionArgs<Context extends MachineContext, Event extends AnyEventObject> {
  readonly context: Context
  readonly event: Event
  readonly system: unknown
}

/**
 * Makes an action for a machine: it sends a message to another agent by its id.
 *
 * A durable agent's message goes out in the same atom that stores the state
 * which follows from the action: neither is there without the other, however
 * the process ends. One for a durable mailbox is taken in exactly once.
 *
 * @param what - What to send; `undefined` for nothing.
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
export function tell<Context extends MachineContext, Event extends AnyEventObject>(
  what: (args: { readonly context: Context; readonly event: Event }) => Telling | undefined,
): (args: ActionArgs<Context, Event>) => void {
  return ({ context, event, system }) => {
    const telling = what({ context, event })
    if (!telling) return
    const owner = ownerOf(system as Parameters<typeof ownerOf>[0])
    if (!owner) throw new NoFlockError('tell()')
    owner.tell(telling.to, telling.message)
  }
}
