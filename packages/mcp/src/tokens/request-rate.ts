/**
 * How many requests a bearer may send: a bucket that holds those of ten seconds, and fills evenly.
 *
 * Counted by each server for itself: it protects the server, and the memory has its own quotas.
 */
export class RequestRate {
  readonly #perMs: number
  readonly #capacity: number
  #tokens: number
  #at: number

  constructor(perMinute: number, now: number) {
    this.#perMs = perMinute / 60_000
    this.#capacity = Math.max(1, perMinute / 6)
    this.#tokens = this.#capacity
    this.#at = now
  }

  /** Takes one request. @returns after how many seconds to try again; 0 when it may pass. */
  take(now: number): number {
    this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#at) * this.#perMs)
    this.#at = now
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) / this.#perMs / 1_000)
    this.#tokens -= 1
    return 0
  }
}
