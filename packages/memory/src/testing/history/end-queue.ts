/** Gives out what it was given in the order of the ends: a binary heap. */
export class EndQueue {
  readonly #ends: number[] = []
  readonly #items: number[] = []

  push(item: number, end: number): void {
    let at = this.#ends.length
    this.#put(at, item, end)
    while (at > 0) {
      const above = (at - 1) >> 1
      const endAbove = this.#ends[above] as number
      if (endAbove <= end) break
      this.#put(at, this.#items[above] as number, endAbove)
      at = above
    }
    this.#put(at, item, end)
  }

  /** Takes out the one with the earliest end, if that is before `time`. */
  popBefore(time: number): number | undefined {
    const [end] = this.#ends
    if (end === undefined || end >= time) return undefined
    const [first] = this.#items
    const [lastItem, lastEnd] = [this.#items.pop() as number, this.#ends.pop() as number]
    if (this.#ends.length > 0) this.#sink(lastItem, lastEnd)
    return first
  }

  #sink(item: number, end: number): void {
    const ends = this.#ends
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= ends.length) break
      if (below + 1 < ends.length && (ends[below + 1] as number) < (ends[below] as number)) below += 1
      const endBelow = ends[below] as number
      if (endBelow >= end) break
      this.#put(at, this.#items[below] as number, endBelow)
      at = below
    }
    this.#put(at, item, end)
  }

  #put(at: number, item: number, end: number): void {
    this.#items[at] = item
    this.#ends[at] = end
  }
}
