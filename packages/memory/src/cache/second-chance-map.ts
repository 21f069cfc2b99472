/** What a {@link SecondChanceMap} marks on its values. */
export interface Visitable {
  visited: boolean
  /** What it takes, in bytes, as near as can be told. */
  readonly bytes: number
}

/**
 * A bounded map that gives up what was not used lately.
 *
 * A use only sets a mark on the value, where a list of recent use would be
 * rewritten each time: a hit costs no more than that of a plain `Map`. When the
 * map is full the oldest value leaves, unless it is marked: then it loses the
 * mark and moves to the end (Corbató's second chance, 1968).
 */
export class SecondChanceMap<Value extends Visitable> {
  readonly #values = new Map<string, Value>()
  readonly #most: number
  readonly #mostBytes: number
  #bytes = 0

  /**
   * @param most - Values that it holds at most.
   * @param mostBytes - Bytes that they take together at most. A value that would take more than an eighth of it is not kept.
   */
  constructor(most: number, mostBytes: number) {
    this.#most = most
    this.#mostBytes = mostBytes
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key)
    // Only a change is written: a line of memory that stays as it is stays in every cache.
    if (value !== undefined && !value.visited) value.visited = true
    return value
  }

  set(key: string, value: Value): void {
    this.delete(key)
    if (value.bytes > this.#mostBytes / 8) return
    while (this.#values.size >= this.#most || this.#bytes + value.bytes > this.#mostBytes) this.#evict()
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
    // Ends: each step either evicts or clears one mark, and what moved to the end comes again without it.
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
