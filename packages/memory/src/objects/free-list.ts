/** The free spans of a buffer, sorted by offset, with adjacent spans merged; empty at first. Allocation is first-fit. */
export class FreeList {
  readonly #spans: Span[] = []

  /** Allocates `size` bytes and returns their offset; `undefined` if no span is that long. */
  take(size: number): number | undefined {
    const index = this.#spans.findIndex((span) => span.size >= size)
    const span = this.#spans[index]
    if (!span) return undefined
    if (span.size === size) this.#spans.splice(index, 1)
    else this.#spans[index] = { offset: span.offset + size, size: span.size - size }
    return span.offset
  }

  /** Frees an allocated span. */
  give(offset: number, size: number): void {
    let index = this.#spans.findIndex((span) => span.offset > offset)
    if (index === -1) index = this.#spans.length
    this.#spans.splice(index, 0, { offset, size })
    this.#merge(index)
    this.#merge(index - 1)
  }

  #merge(index: number): void {
    const span = this.#spans[index]
    const next = this.#spans[index + 1]
    if (!span || !next || span.offset + span.size !== next.offset) return
    this.#spans.splice(index, 2, { offset: span.offset, size: span.size + next.size })
  }
}

interface Span {
  readonly offset: number
  readonly size: number
}
