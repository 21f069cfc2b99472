/** Something that an {@link ExpiryQueue} can hold. */
export interface Expiring {
  /** Unix milliseconds; must not change while the item is queued. */
  readonly expiresAt: number
  /** Where the queue keeps it, -1 while it is not queued. Only the queue writes it. */
  place: number
}

/**
 * Items by the time at which they expire: a binary heap. Each item knows its place,
 * so one that leaves early leaves nothing behind. Adding and removing take the
 * logarithm of the number of items.
 */
export class ExpiryQueue<Item extends Expiring> {
  readonly #heap: Item[] = []

  add(item: Item): void {
    this.#rise(item, this.#heap.length)
  }

  /** Does nothing for an item that is not queued. */
  remove(item: Item): void {
    const { place } = item
    if (place < 0) return
    item.place = -1
    const last = this.#heap.pop() as Item
    if (last === item) return
    // The last item fills the gap: one of the two moves it, as it expires later or earlier than its new neighbors.
    this.#rise(last, place)
    this.#sink(last)
  }

  /** Removes the item that expires first and returns it, if it has expired. */
  takeExpired(now: number): Item | undefined {
    const [first] = this.#heap
    if (first === undefined || first.expiresAt > now) return undefined
    this.remove(first)
    return first
  }

  clear(): void {
    for (const item of this.#heap) item.place = -1
    this.#heap.length = 0
  }

  #rise(item: Item, from: number): void {
    let place = from
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.#heap[above] as Item
      if (parent.expiresAt <= item.expiresAt) break
      this.#put(parent, place)
      place = above
    }
    this.#put(item, place)
  }

  #sink(item: Item): void {
    let { place } = item
    for (;;) {
      const [left, right] = [this.#heap[2 * place + 1], this.#heap[2 * place + 2]]
      const child = left && right && right.expiresAt < left.expiresAt ? right : left
      if (!child || child.expiresAt >= item.expiresAt) break
      const below = child.place
      this.#put(child, place)
      place = below
    }
    this.#put(item, place)
  }

  #put(item: Item, place: number): void {
    this.#heap[place] = item
    item.place = place
  }
}
