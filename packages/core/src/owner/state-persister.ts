import type { ClaimToken } from '@skein/memory/types'

import type { Message } from '../messages/message.ts'

/** How an agent ended: with its machine's output, with an error, or because it was stopped from outside. */
export type Outcome =
  | { readonly type: 'done'; readonly output: unknown }
  | { readonly type: 'failed'; readonly error: unknown }
  | { readonly type: 'stopped' }

/** How work of a durable agent is done once. */
export interface PersistedWork {
  readonly key: string
  /** How long it stays taken after its worker was last heard of, in milliseconds. */
  readonly leaseMs: number
  /** It begins only while the agent is claimed here. */
  readonly claim: ClaimToken
}

/** Keeps a durable agent in the memory. */
export interface StatePersister {
  /** The agent has a new state: it is stored soon. */
  changed(): void
  /** A message was taken: it leaves the durable mailbox in the same atom that stores the state that follows from it. */
  taken(message: Message): void
  /** Resolves when the agent's state, as it is now, is stored. @throws when it can't be stored any more. */
  stored(): Promise<void>
  /** Hands a message over in the same atom that stores the next state. */
  post(to: string, message: Message): void
  /** Puts a message into the durable mailbox; `undefined` when it has none. */
  receive(message: Message): Promise<void> | undefined
  /** How work with a key of the agent's saved state is done once. */
  workOf(key: string): PersistedWork
  /** The agent is claimed elsewhere: it ends here, and stores nothing more. */
  lose(): void
  /** Stores the end and gives the agent free. */
  end(outcome: Outcome): Promise<void>
}
