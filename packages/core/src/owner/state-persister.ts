import type { Label } from '@skein/memory/store'
import type { ClaimToken } from '@skein/memory/types'

import type { Message } from '../messages/message.ts'
import type { Receiver } from '../messages/receiver.ts'
import type { SavedMove } from './machine-move.ts'

/** How an agent ended: with its machine's output, with an error, or because it was stopped from outside. */
export type Outcome =
  | { readonly type: 'done'; readonly output: unknown }
  | { readonly type: 'failed'; readonly error: unknown }
  | { readonly type: 'stopped' }

/** How work of a durable agent is done only once. */
export interface PersistedWork {
  readonly key: string
  /** How long the work stays claimed after its process stopped renewing the claim, in milliseconds. */
  readonly leaseMs: number
  /** The work begins only while the agent is claimed here. */
  readonly claim: ClaimToken
}

/** Stores a durable agent in the memory. */
export interface StatePersister {
  /** The agent has a new state, which has to be stored soon. */
  changed(): void
  /** The agent took a message: it leaves the durable mailbox in the same write that stores the resulting state. */
  taken(message: Message): void
  /** The id of the mail that a message came as; `undefined` when it waited in no durable mailbox. */
  mailOf(message: Message): string | undefined
  /** Resolves when the agent's current state is stored. @throws when it can't be stored any longer. */
  stored(): Promise<void>
  /** Sends a message in the same write that stores the next state. */
  post(to: string, message: Message): void
  /** Puts a message into the durable mailbox; `undefined` when there is none. */
  receive(message: Message): Promise<void> | undefined
  /** How work with a key of the agent's saved state is done only once. */
  workOf(key: string): PersistedWork
  /** Another process has claimed the agent: it ends here, and nothing more is stored. */
  lose(): void
  /** The state that it would continue from after a crash; `undefined` when none is stored. */
  readonly lastStored: unknown
  /** Stores the end and releases the claim. */
  end(outcome: Outcome): Promise<void>
}

/** A durable agent, as its persister sees it. */
export interface Persistable {
  /** The state to continue from after a crash; `undefined` to begin again. */
  save(): unknown
  /** The label of what it has read. */
  readonly label: Label
  /** What its machine did last, and when, Unix milliseconds. */
  readonly lastMove: SavedMove | undefined
  /** Whether it stays paused where it is resumed. */
  readonly isPaused: boolean
  readonly receiver: Pick<Receiver, 'offer'>
  /** @param lastGood - The last state that could be stored. */
  failed(error: unknown, lastGood: unknown): void
  end(outcome: Outcome): void
}
