import { compareNames } from '../values/compare-names.ts'

/** Names between two others, and when the first of their past versions is due. */
export interface DueRange {
  /** They come after this one, absent for all from the first on. */
  readonly after: string | undefined
  /** Up to this one, which is among them; absent for all up to the last. */
  readonly upTo: string | undefined
  /** Unix milliseconds. */
  readonly dueAt: number
}

/** All names of a kind in ranges, so that only those are looked at where something is due. */
export class DueRanges {
  /** In their order, without gaps; the last one has no end. */
  readonly #ranges: DueRange[] = [{ after: undefined, upTo: undefined, dueAt: -Infinity }]

  /** The first range where something is due. */
  due(now: number): DueRange | undefined {
    return this.#ranges.find(({ dueAt }) => dueAt <= now)
  }

  /** Notes that something of a name will be due at a time. */
  lower(name: string, dueAt: number): void {
    const at = this.#indexOf(name)
    const range = this.#ranges[at] as DueRange
    // Another one in any case: who has begun to look at it may not have seen this.
    this.#ranges[at] = { ...range, dueAt: Math.min(dueAt, range.dueAt) }
  }

  /**
   * Notes that a range was looked at, from its beginning.
   *
   * @param upTo - The last name that was looked at, absent where that was the last of all.
   * @param dueAt - When the next one of these is due; absent where there are none, so that the range that follows has them.
   */
  looked(range: DueRange, upTo: string | undefined, dueAt: number | undefined): void {
    const at = this.#ranges.indexOf(range)
    // It is looked at again.
    if (at < 0) return
    const rest = upTo === range.upTo ? [] : [{ ...range, after: upTo }]
    const next = this.#ranges[at + 1]
    if (dueAt !== undefined) this.#ranges.splice(at, 1, { ...range, upTo, dueAt }, ...rest)
    else if (rest.length === 0 && next) this.#ranges.splice(at, 2, { ...next, after: range.after })
    else if (rest.length === 0) this.#ranges[at] = { ...range, dueAt: Infinity }
  }

  /** The first range that ends with a name or after it. */
  #indexOf(name: string): number {
    let [low, high] = [0, this.#ranges.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      const { upTo } = this.#ranges[middle] as DueRange
      if (upTo !== undefined && compareNames(upTo, name) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
