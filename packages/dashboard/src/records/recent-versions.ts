/** Values of earlier versions that passed by while somebody looked on: the memory keeps only the last one. */
export class SeenValues {
  readonly #most: number
  readonly #values = new Map<string, string>()
  #size = 0

  /** @param most - How much to keep, in UTF-16 units. */
  constructor(most: number) {
    this.#most = most
  }

  note(collection: string, id: string, version: number, text: string): void {
    const name = nameOf(collection, id, version)
    if (text.length > this.#most / 10 || this.#values.has(name)) return
    this.#values.set(name, text)
    this.#size += text.length
    for (const [oldest, value] of this.#values) {
      if (this.#size <= this.#most) return
      this.#values.delete(oldest)
      this.#size -= value.length
    }
  }

  get(collection: string, id: string, version: number): string | undefined {
    return this.#values.get(nameOf(collection, id, version))
  }
}

function nameOf(collection: string, id: string, version: number): string {
  return `${version} ${collection}/${id}`
}
