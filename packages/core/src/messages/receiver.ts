import type { DeadLetterReason } from './dead-letter.ts'
import type { Message } from './message.ts'
import type { OpenQuestion } from './open-question.ts'

/** An agent, as everything sees it that brings it messages. */
export interface Receiver {
  readonly id: string
  /** Where it posts its answers, if it may run in another process. */
  readonly answersTo?: string
  /** Questions that it has not answered yet. */
  readonly questions: Set<OpenQuestion>
  /** Puts a message into the mailbox. @throws when the agent refuses it or the mailbox is full */
  send(message: Message): void
  /** Puts a message before all others, however many wait. */
  sendFirst(message: Message): void
  /** Puts a message into the mailbox if there is room; returns whether there was. */
  offer(message: Message): boolean
  /** Publishes that it will never take this message. */
  deadLetter(message: Message, reason: DeadLetterReason): void
}
