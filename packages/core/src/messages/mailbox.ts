import type { MailboxOptions } from './mailbox-options.ts'
import { MailboxFullError } from './message-errors.ts'
import type { Message } from './message.ts'
import type { Receiver } from './receiver.ts'
import { RingQueue } from './ring-queue.ts'
import { WaitList } from './wait-list.ts'

/** What takes messages out of a mailbox: what runs inside the agent. */
interface MessageTaker<Taken> {
  /** Whether it takes every message at any time. */
  readonly takesAll: boolean
  /** Whether it can take a message in its current state. */
  canTake(message: Taken): boolean
}

/**
 * Messages that wait for an agent, bounded.
 *
 * They come out in the order in which they went in, except those that the agent
 * can't take in its current state: they step aside, and are tried first when its
 * state has changed. So a message that comes too early is neither lost nor in
 * the way of the one that it waits for.
 *
 * A system message (an alert, the end of a watched agent) goes before all
 * others and counts towards no limit.
 */
export class Mailbox<Taken extends Message = Message> {
  readonly #options: Required<MailboxOptions>
  readonly #receiver: Pick<Receiver, 'id' | 'deadLetter'>
  readonly #system = new RingQueue<Taken>()
  readonly #waiting = new RingQueue<Taken>()
  #aside: Taken[] = []
  #senders: WaitList<Taken> | undefined
  /** Whether the agent's state may have changed since the messages that stepped aside were last tried. */
  #isStale = false

  constructor(options: Required<MailboxOptions>, receiver: Pick<Receiver, 'id' | 'deadLetter'>) {
    this.#options = options
    this.#receiver = receiver
  }

  get size(): number {
    return this.#system.size + this.#waiting.size + this.#aside.length + (this.#senders?.size ?? 0)
  }

  get #isFull(): boolean {
    return this.#waiting.size + this.#aside.length >= this.#options.capacity
  }

  /** Puts a message in; a full mailbox does what its overflow policy says. @throws MailboxFullError */
  put(message: Taken): void {
    if (this.offer(message)) return
    const { overflow, capacity } = this.#options
    if (overflow === 'drop-newest') this.#receiver.deadLetter(message, 'overflow')
    else if (overflow === 'drop-oldest') {
      const oldest = this.#aside.shift() ?? this.#waiting.shift()
      this.#waiting.push(message)
      this.#receiver.deadLetter(oldest as Taken, 'overflow')
    } else throw new MailboxFullError(this.#receiver.id, capacity)
  }

  /** Like {@link put}, but waits for room where that is the policy. @throws MailboxFullError; the signal's reason */
  async putWhenRoom(message: Taken, signal: AbortSignal | undefined): Promise<void> {
    if (this.#options.overflow !== 'wait') this.put(message)
    else if (!this.offer(message)) {
      this.#senders ??= new WaitList()
      await this.#senders.wait(message, signal)
    }
  }

  /** Puts a message in if there is room; returns whether there was. */
  offer(message: Taken): boolean {
    if (this.#isFull) return false
    this.#waiting.push(message)
    return true
  }

  /** Puts in a system message. */
  putFirst(message: Taken): void {
    this.#system.push(message)
  }

  /** Takes out the next message that can be taken now. @throws what `canTake` throws; its message leaves the mailbox */
  take(taker: MessageTaker<Taken>): Taken | undefined {
    const message = taker.takesAll
      ? (this.#system.shift() ?? this.#waiting.shift())
      : (this.#nextSystem(taker) ?? this.#nextAside(taker) ?? this.#nextWaiting(taker))
    if (this.#senders && !this.#isFull) this.#senders.admit((admitted) => this.#waiting.push(admitted))
    return message
  }

  /** The agent's state has changed: messages that stepped aside are tried again. */
  retryAside(): void {
    if (this.#aside.length > 0) this.#isStale = true
  }

  /** All messages that wait, left in place. */
  all(): Taken[] {
    return [...this.#system.all(), ...this.#aside, ...this.#waiting.all()]
  }

  /** Empties the mailbox: what waits becomes dead letters, and senders that wait for room get the error. */
  close(error: unknown): void {
    const rest = [...this.all(), ...(this.#senders?.clear(error) ?? [])]
    this.#system.clear()
    this.#waiting.clear()
    this.#aside = []
    for (const message of rest) this.#receiver.deadLetter(message, 'agent ended')
  }

  #nextSystem(taker: MessageTaker<Taken>): Taken | undefined {
    const message = this.#system.shift()
    if (message === undefined || taker.canTake(message)) return message
    this.#system.unshift(message)
    return undefined
  }

  #nextAside(taker: MessageTaker<Taken>): Taken | undefined {
    if (!this.#isStale) return undefined
    for (const [index, message] of this.#aside.entries()) {
      let fits = true
      try {
        fits = taker.canTake(message)
      } finally {
        if (fits) this.#aside.splice(index, 1)
      }
      if (fits) return message
    }
    this.#isStale = false
    return undefined
  }

  #nextWaiting(taker: MessageTaker<Taken>): Taken | undefined {
    for (;;) {
      const message = this.#waiting.shift()
      if (message === undefined || taker.canTake(message)) return message
      this.#aside.push(message)
    }
  }
}
