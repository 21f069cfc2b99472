/**
 * Caches values of records as clients saw them written. The memory keeps only a
 * record's latest value; this shows earlier ones.
 */
export class RecentVersions {
  readonly #maxLength: number
  readonly #values = new Map<string, string>()
  #length = 0

  /** @param maxLength - Of all values together, in UTF-16 units. */
  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  /** Adds a value, dropping the oldest ones beyond the limit. A value above a tenth of the limit is left out. */
  add(collection: string, id: string, version: number, text: string): void {
    const key = keyOf(collection, id, version)
    if (text.length > this.#maxLength / 10 || this.#values.has(key)) return
    this.#values.set(key, text)
    this.#length += text.length
    for (const [oldest, value] of this.#values) {
      if (this.#length <= this.#maxLength) return
      this.#values.delete(oldest)
      this.#length -= value.length
    }
  }

  /** Drops all values. */
  forget(): void {
    this.#values.clear()
    this.#length = 0
  }

  get(collection: string, id: string, version: number): string | undefined {
    return this.#values.get(keyOf(collection, id, version))
  }
}

function keyOf(collection: string, id: string, version: number): string {
  return `${version} ${collection}/${id}`
}
