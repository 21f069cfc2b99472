/** A value of a {@link SecondChanceMap}. */
export interface Visitable {
  /** Set by the map when the value is used. */
  visited: boolean
  /** Approximate size, in bytes. */
  readonly bytes: number
}

/**
 * A bounded map that evicts values not used recently.
 *
 * A use only marks the value, instead of updating an LRU list, so a hit costs no
 * more than in a plain `Map`. When the map is full, the oldest value is evicted,
 * unless it is marked: then it loses its mark and moves to the end (the second
 * chance algorithm, Corbató 1968).
 */
export class SecondChanceMap<Value extends Visitable> {
  readonly #values = new Map<string, Value>()
  readonly #maxEntries: number
  readonly #maxBytes: number
  #bytes = 0

  /**
   * @param maxEntries - Maximum number of values.
   * @param maxBytes - Maximum total size, in bytes. A value larger than an eighth of it is not kept.
   */
  constructor(maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key)
    // Writes only on change: an unmodified cache line stays valid in every CPU cache.
    if (value !== undefined && !value.visited) value.visited = true
    return value
  }

  set(key: string, value: Value): void {
    this.delete(key)
    if (value.bytes > this.#maxBytes / 8) return
    while (this.#values.size >= this.#maxEntries || this.#bytes + value.bytes > this.#maxBytes) this.#evict()
    this.#values.set(key, value)
    this.#bytes += value.bytes
  }

  delete(key: string): void {
    const value = this.#values.get(key)
    if (value === undefined) return
    this.#values.delete(key)
    this.#bytes -= value.bytes
  }

  #evict(): void {
    // Terminates: each step evicts a value or clears a mark, and cleared values come around again unmarked.
    for (const [key, value] of this.#values) {
      this.#values.delete(key)
      if (!value.visited) {
        this.#bytes -= value.bytes
        return
      }
      value.visited = false
      this.#values.set(key, value)
    }
  }
}
