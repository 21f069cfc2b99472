import { AgentStoppedError, MailboxFullError } from '../errors.ts'
import type { DeadLetterReason } from '../events/flock-events.ts'
import type { Host } from '../machine/host.ts'
import type { StatePersister } from '../owner/state-persister.ts'
import { Mailbox } from '../messages/mailbox.ts'
import type { MailboxOptions } from '../messages/mailbox.ts'
import { askOf } from '../messages/message.ts'
import type { Message } from '../messages/message.ts'
import type { FlockServices } from './flock-services.ts'

/** An agent's mailbox, and what becomes of messages that can't be delivered. */
export class Inbox {
  readonly #agent: string
  readonly #box: Mailbox<Message>
  readonly #services: FlockServices

  constructor(agent: string, options: Required<MailboxOptions>, around: FlockServices) {
    this.#agent = agent
    this.#box = new Mailbox(options)
    this.#services = around
  }

  get size(): number {
    return this.#box.size
  }

  /** @throws MailboxFullError when it is full and refuses more. */
  put(message: Message): void {
    const put = this.#box.put(message)
    if (put === 'refused') throw new MailboxFullError(this.#agent, this.#box.capacity)
    if (put !== 'kept') this.deadLetter(put.dropped, 'overflow')
  }

  /** Waits for room where that is what a full mailbox does. @throws MailboxFullError; the signal's reason. */
  async putWhenRoom(message: Message, signal: AbortSignal | undefined): Promise<void> {
    if (this.#box.overflow === 'wait') await this.#box.putWhenRoom(message, signal)
    else this.put(message)
  }

  /** Puts it in if there is room, and tells whether there was. */
  offer(message: Message): boolean {
    return this.#box.offer(message)
  }

  putFirst(message: Message): void {
    this.#box.putFirst(message)
  }

  /** The state has changed: what could not be taken before is looked at again. */
  refresh(): void {
    this.#box.refresh()
  }

  /**
   * The message that is next; questions that nobody waits for any more are passed over.
   *
   * @param persister - Told of each of these.
   * @throws what a guard throws.
   */
  next(host: Host, persister: Pick<StatePersister, 'taken'> | undefined): Message | undefined {
    for (;;) {
      const message = host.takesAll ? this.#box.take() : this.#box.takeIf(host)
      if (message === undefined) return undefined
      const ask = askOf(message)
      if (ask === undefined || !this.#services.questions.isGivenUp(ask)) return message
      persister?.taken(message)
      this.deadLetter(message, 'given up')
    }
  }

  /** Names of the questions that wait. */
  questions(): ReadonlySet<string | undefined> {
    return new Set(this.#box.all().map((message) => askOf(message)))
  }

  /** The agent has ended: everything becomes dead letters, and those who wait for room are told. */
  close(cause: unknown): void {
    const reason = new AgentStoppedError(this.#agent, cause === undefined ? undefined : { cause })
    for (const message of this.#box.clear(reason)) this.deadLetter(message, 'agent ended')
  }

  deadLetter(message: Message, reason: DeadLetterReason): void {
    const ask = askOf(message)
    if (reason === 'overflow' && ask !== undefined) {
      this.#services.questions.reject(ask, new MailboxFullError(this.#agent, this.#box.capacity))
    }
    this.#services.emit({ type: 'message.deadLettered', agent: this.#agent, message, reason })
  }
}
