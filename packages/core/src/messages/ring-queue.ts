/** A queue in an array used as a ring: it doubles when it is full and is kept when it is empty. */
export class RingQueue<Item> {
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

  /** Puts back the item that was just shifted. */
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

  /** A copy, in order. */
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
