import type { TextRange } from './sentences.ts'

/** Lines of a paragraph as one text, which knows where its characters stand. Between two lines is one space. */
export class JoinedLines {
  readonly text: string
  readonly #pieces: readonly { readonly at: number; readonly start: number }[]

  constructor(original: string, pieces: readonly TextRange[]) {
    const places: { at: number; start: number }[] = []
    let at = 0
    const texts = pieces.map(({ start, end }) => {
      places.push({ at, start })
      at += end - start + 1
      return original.slice(start, end)
    })
    this.#pieces = places
    this.text = texts.join(' ')
  }

  /** Where characters of the joined text stand; ranges that begin and end with none of the spaces between lines. */
  rangeOf(start: number, end: number): TextRange {
    return { start: this.#placeOf(start), end: this.#placeOf(end - 1) + 1 }
  }

  #placeOf(index: number): number {
    let low = 0
    let high = this.#pieces.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#pieces[middle]?.at ?? 0) <= index) low = middle
      else high = middle - 1
    }
    const piece = this.#pieces[low]
    return piece ? piece.start + index - piece.at : index
  }
}
