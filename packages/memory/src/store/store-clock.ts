/** Later times than this can't be told from damage: the last millisecond that a `Date` can hold. */
const latest = 8.64e15

/**
 * The clock of a store whose time comes from this machine, for authors of stores. Its time never runs backwards, so that
 * what has expired stays expired.
 *
 * It is the wall clock as long as that is ahead of the highest time seen. Once the wall clock was set back, it continues
 * from the highest time at half speed, by the monotonic clock, and takes up the wall clock again where the two meet: at
 * most twice the step later. Until then, leases last up to twice as long as asked for. When the wall clock is set forward,
 * the clock follows at once: what should have lived longer expires early, and fences keep late writes of holders out.
 *
 * A store that outlives its process keeps the highest time with its data and hands it to
 * {@link StoreClock.observe} when it opens, and whenever it sees what another process wrote.
 */
export class StoreClock {
  readonly #wall: () => number
  #highest = Number.NEGATIVE_INFINITY
  /** Where half speed began: a time of this clock and one of the monotonic clock. */
  #slow: { readonly from: number; readonly at: number } | undefined

  /** @param wall - The wall clock, Unix milliseconds; `Date.now()` unless given. */
  constructor(wall: () => number = () => Date.now()) {
    this.#wall = wall
  }

  /** The time, Unix milliseconds. No call returns less than one before it. */
  now(): number {
    const wall = this.#wall()
    if (wall < this.#highest || this.#slow !== undefined) return this.#behind(wall)
    this.#highest = wall
    return wall
  }

  /**
   * Takes note of a time that stored data bears. The clock is never behind it from then on.
   *
   * @param time - Unix milliseconds; what no clock can show is ignored.
   */
  observe(time: number): void {
    if (!(time > this.#highest && time <= latest)) return
    this.#highest = time
    if (this.#slow) this.#slow = { from: time, at: performance.now() }
  }

  #behind(wall: number): number {
    const at = performance.now()
    this.#slow ??= { from: this.#highest, at }
    this.#highest = Math.max(this.#highest, this.#slow.from + Math.floor((at - this.#slow.at) / 2))
    if (wall < this.#highest) return this.#highest
    this.#slow = undefined
    this.#highest = wall
    return wall
  }
}
