import type { TextRange } from './text-range.ts'

const unspaced = /[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u2E80-\u9FFF\uF900-\uFAFF\uFF00-\uFF60“”…]/

/** Lines of a paragraph as one text, which knows where its characters stand. Between two lines is one space, where words have some. */
export class JoinedLines {
  readonly text: string
  readonly #pieces: readonly { readonly at: number; readonly start: number }[]

  constructor(original: string, pieces: readonly TextRange[]) {
    const places: { at: number; start: number }[] = []
    let joined = ''
    for (const { start, end } of pieces) {
      const isJoint = unspaced.test(original[start] ?? '') && unspaced.test(joined.slice(-1))
      if (joined !== '' && !isJoint) joined += ' '
      places.push({ at: joined.length, start })
      joined += original.slice(start, end)
    }
    this.#pieces = places
    this.text = joined
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
