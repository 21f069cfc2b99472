import { OptionError } from '@skein/memory'

/**
 * What a full mailbox does with the next message.
 *
 * - `reject`: refuses it; the sender gets an error.
 * - `drop-oldest`: makes room by giving up the message that waited longest.
 * - `drop-newest`: gives up the new one, silently for the sender.
 */
export type Overflow = 'reject' | 'drop-oldest' | 'drop-newest'

/** Options of an agent's mailbox. */
export interface MailboxOptions {
  /**
   * Messages that may wait.
   *
   * @defaultValue 1_000
   */
  readonly capacity?: number
  /** @defaultValue 'reject' */
  readonly overflow?: Overflow
}

/** What became of a message that was put into a mailbox. */
export type Put<Message> =
  | { readonly type: 'kept' }
  | { readonly type: 'refused' }
  /** It was kept, or not, at the price of this message. */
  | { readonly type: 'dropped'; readonly message: Message }

/** A bounded queue of messages, first in, first out. */
export class Mailbox<Message> {
  readonly capacity: number
  readonly #overflow: Overflow
  readonly #messages: Message[] = []
  // Taking from the front of an array costs its length: move a mark instead, and cut now and then.
  #head = 0

  constructor({ capacity = 1_000, overflow = 'reject' }: MailboxOptions = {}) {
    if (!(Number.isSafeInteger(capacity) && capacity > 0))
      throw new OptionError('capacity', 'a whole number above 0', capacity)
    if (!['reject', 'drop-oldest', 'drop-newest'].includes(overflow)) {
      throw new OptionError('overflow', "'reject', 'drop-oldest' or 'drop-newest'", overflow)
    }
    this.capacity = capacity
    this.#overflow = overflow
  }

  get size(): number {
    return this.#messages.length - this.#head
  }

  put(message: Message): Put<Message> {
    if (this.size < this.capacity) {
      this.#messages.push(message)
      return { type: 'kept' }
    }
    if (this.#overflow === 'reject') return { type: 'refused' }
    if (this.#overflow === 'drop-newest') return { type: 'dropped', message }
    const oldest = this.take() as Message
    this.#messages.push(message)
    return { type: 'dropped', message: oldest }
  }

  /** The message that waited longest, left in place. */
  peek(): Message | undefined {
    return this.#messages[this.#head]
  }

  take(): Message | undefined {
    if (this.size === 0) return undefined
    const message = this.#messages[this.#head]
    this.#head += 1
    if (this.#head > 512 && this.#head * 2 > this.#messages.length) {
      this.#messages.splice(0, this.#head)
      this.#head = 0
    }
    return message
  }

  /** Takes out everything. */
  clear(): Message[] {
    const rest = this.#messages.splice(0).slice(this.#head)
    this.#head = 0
    return rest
  }
}
