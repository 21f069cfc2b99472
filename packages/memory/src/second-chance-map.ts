/** What a {@link SecondChanceMap} marks on its values. */
export interface Visitable {
  visited: boolean
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

  constructor(most: number) {
    this.#most = most
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key)
    // Only a change is written: a line of memory that stays as it is stays in every cache.
    if (value !== undefined && !value.visited) value.visited = true
    return value
  }

  set(key: string, value: Value): void {
    this.#values.delete(key)
    if (this.#values.size >= this.#most) this.#evict()
    this.#values.set(key, value)
  }

  delete(key: string): void {
    this.#values.delete(key)
  }

  #evict(): void {
    // Ends: each step either evicts or clears one mark, and what moved to the end comes again without it.
    for (const [key, value] of this.#values) {
      this.#values.delete(key)
      if (!value.visited) return
      value.visited = false
      this.#values.set(key, value)
    }
  }
}
