import { OptionError } from '@skein/memory'

import { WaitList } from './wait-list.ts'

/**
 * What a full mailbox does with the next message.
 *
 * - `reject`: refuses it; the sender gets an error.
 * - `drop-oldest`: makes room by giving up the message that waited longest.
 * - `drop-newest`: gives up the new one, silently for the sender.
 * - `wait`: whoever uses `post` waits for room; `send`, which can't wait, is refused.
 */
export type Overflow = 'reject' | 'drop-oldest' | 'drop-newest' | 'wait'

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

/** What became of a message that was put into a mailbox: kept, refused, or kept at the price of the one returned. */
export type Put<Message> = 'kept' | 'refused' | { readonly dropped: Message }

const defaults: Required<MailboxOptions> = { capacity: 1_000, overflow: 'reject' }
const policies: readonly Overflow[] = ['reject', 'drop-oldest', 'drop-newest', 'wait']

/** Settings with every default filled in. @throws OptionError when one is out of range. */
export function resolveMailbox(options: MailboxOptions | undefined): Required<MailboxOptions> {
  if (!options) return defaults
  const { capacity, overflow } = { ...defaults, ...options }
  if (!(Number.isSafeInteger(capacity) && capacity > 0))
    throw new OptionError('capacity', 'a whole number above 0', capacity)
  if (!policies.includes(overflow)) {
    throw new OptionError('overflow', policies.map((policy) => `'${policy}'`).join(', '), overflow)
  }
  return { capacity, overflow }
}

/** Who takes messages. */
export interface Taker<Message> {
  /** Whether it can take a message in its present state. */
  canTake(message: Message): boolean
}

/**
 * Messages that wait for an agent, bounded.
 *
 * They come out in the order in which they went in, but for those that the
 * agent can't take in its present state: they step aside, and are the first to
 * be looked at when its state has changed. So a message that comes too early
 * is neither lost nor in the way of the one that it waits for.
 *
 * A system message (an alert, the end of a watched agent) goes before all
 * others and counts towards no limit.
 */
export class Mailbox<Message> {
  readonly capacity: number
  readonly overflow: Overflow
  readonly #system = new RingQueue<Message>()
  readonly #waiting = new RingQueue<Message>()
  #aside: Message[] = []
  #waitList: WaitList<Message> | undefined
  /** Whether the agent's state may have changed since those that stepped aside were looked at. */
  #isFresh = false

  constructor({ capacity, overflow }: Required<MailboxOptions>) {
    this.capacity = capacity
    this.overflow = overflow
  }

  get size(): number {
    return this.#system.size + this.#waiting.size + this.#aside.length + (this.#waitList?.size ?? 0)
  }

  get #isFull(): boolean {
    return this.#waiting.size + this.#aside.length >= this.capacity
  }

  put(message: Message): Put<Message> {
    if (this.offer(message)) return 'kept'
    if (this.overflow === 'drop-newest') return { dropped: message }
    if (this.overflow !== 'drop-oldest') return 'refused'
    const oldest = this.#aside.shift() ?? this.#waiting.shift()
    this.#waiting.push(message)
    return { dropped: oldest as Message }
  }

  /** Puts it in if there is room, and tells whether there was. */
  offer(message: Message): boolean {
    if (this.#isFull) return false
    this.#waiting.push(message)
    return true
  }

  /** Puts it in as soon as there is room. @throws the signal's reason when that comes before. */
  async putWhenRoom(message: Message, signal: AbortSignal | undefined): Promise<void> {
    if (this.offer(message)) return
    this.#waitList ??= new WaitList()
    await this.#waitList.wait(message, signal)
  }

  /** Puts in a message that goes before all others. */
  putFirst(message: Message): void {
    this.#system.push(message)
  }

  /** Takes whatever is next. */
  take(): Message | undefined {
    return this.#letIn(this.#system.shift() ?? this.#waiting.shift())
  }

  /** Takes the next message that can be taken now. What `canTake` throws of leaves the mailbox. */
  takeIf(taker: Taker<Message>): Message | undefined {
    return this.#letIn(this.#nextUrgent(taker) ?? this.#nextAside(taker) ?? this.#nextWaiting(taker))
  }

  #nextUrgent(taker: Taker<Message>): Message | undefined {
    const message = this.#system.shift()
    if (message === undefined || taker.canTake(message)) return message
    this.#system.unshift(message)
    return undefined
  }

  #nextAside(taker: Taker<Message>): Message | undefined {
    if (!this.#isFresh) return undefined
    for (const [index, message] of this.#aside.entries()) {
      let fits = true
      try {
        fits = taker.canTake(message)
      } finally {
        if (fits) this.#aside.splice(index, 1)
      }
      if (fits) return message
    }
    this.#isFresh = false
    return undefined
  }

  #nextWaiting(taker: Taker<Message>): Message | undefined {
    for (;;) {
      const message = this.#waiting.shift()
      if (message === undefined || taker.canTake(message)) return message
      this.#aside.push(message)
    }
  }

  /** The agent's state has changed: those that stepped aside are looked at again. */
  refresh(): void {
    if (this.#aside.length > 0) this.#isFresh = true
  }

  /** All that wait, left in place. */
  all(): Message[] {
    return [...this.#system.all(), ...this.#aside, ...this.#waiting.all()]
  }

  /** Takes out everything, and sends those away who wait for room. */
  clear(error: unknown): Message[] {
    const rest = [...this.all(), ...(this.#waitList?.clear(error) ?? [])]
    this.#system.clear()
    this.#waiting.clear()
    this.#aside = []
    return rest
  }

  #letIn(taken: Message | undefined): Message | undefined {
    if (this.#waitList && !this.#isFull) this.#waitList.letIn((message) => this.#waiting.push(message))
    return taken
  }
}

/** A queue on a ring of slots, which doubles when it is full and is kept when it is empty. */
class RingQueue<Item> {
  #slots: (Item | undefined)[] = []
  #head = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  push(item: Item): void {
    if (this.#size === this.#slots.length) this.#grow()
    this.#slots[(this.#head + this.#size) & (this.#slots.length - 1)] = item
    this.#size += 1
  }

  /** Puts back what was just taken. */
  unshift(item: Item): void {
    this.#head = (this.#head - 1) & (this.#slots.length - 1)
    this.#slots[this.#head] = item
    this.#size += 1
  }

  shift(): Item | undefined {
    if (this.#size === 0) return undefined
    const item = this.#slots[this.#head]
    this.#slots[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#slots.length - 1)
    this.#size -= 1
    return item
  }

  all(): Item[] {
    return [...this.#slots.slice(this.#head), ...this.#slots.slice(0, this.#head)].slice(0, this.#size) as Item[]
  }

  clear(): void {
    this.#slots = []
    this.#head = 0
    this.#size = 0
  }

  /** The number of slots stays a power of two, so that a mask wraps positions around. */
  #grow(): void {
    const slots: (Item | undefined)[] = this.all()
    slots.length = Math.max(8, this.#slots.length * 2)
    this.#slots = slots.fill(undefined, this.#size)
    this.#head = 0
  }
}
