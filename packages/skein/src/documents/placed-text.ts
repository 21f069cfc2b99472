/** A text that was made from another, which knows where its characters come from. */
export interface PlacedText {
  readonly text: string
  /**
   * Where parts of the text begin in the original, ascending: pairs of UTF-16 offsets. Within a part, both continue
   * together. Absent: the text is the original.
   */
  readonly places?: readonly Place[]
}

/** Where a part of a text begins, and where it comes from. Of what was added, `length` is 0. */
export interface Place {
  readonly at: number
  readonly from: number
  /** How much of the original it is. */
  readonly length: number
}

/** Builds a text from parts of an original and from marks that are added. */
export class TextBuilder {
  #text = ''
  /** What comes behind it. To look at the text itself would put it together each time. */
  #last = ''
  /** The last two characters. */
  #tail = ''
  #length = 0
  readonly #places: { readonly at: number; readonly from: number; length: number; readonly isExact: boolean }[] = []
  #from = 0

  get isEmpty(): boolean {
    return this.#length === 0
  }

  /** @param end - At most two characters. */
  endsWith(end: string): boolean {
    return this.#tail.endsWith(end)
  }

  /** Takes over a part of the original as it is, or decoded to something else. */
  take(text: string, from: number, length: number): void {
    if (text === '') return
    const last = this.#places.at(-1)
    const goesOn = last && last.isExact && text.length === length && last.from + last.length === from && last.length > 0
    if (goesOn) last.length += length
    else this.#places.push({ at: this.#length, from, length, isExact: text.length === length })
    this.#append(text)
    this.#from = from + length
  }

  /** Takes back a character, if it was taken last. */
  takeBack(char: string): void {
    const last = this.#places.at(-1)
    if (!this.endsWith(char) || !last?.isExact) return
    last.length -= 1
    if (last.length === 0) this.#places.pop()
    this.#last = this.#last.slice(0, -1)
    this.#tail = this.#tail.slice(0, -1)
    this.#length -= 1
  }

  /** Adds what the original shows in another way. */
  add(text: string): void {
    if (text === '') return
    this.#places.push({ at: this.#length, from: this.#from, length: 0, isExact: false })
    this.#append(text)
  }

  #append(text: string): void {
    this.#text += this.#last
    this.#last = text
    this.#length += text.length
    this.#tail = text.length > 1 ? text.slice(-2) : (this.#tail + text).slice(-2)
  }

  get placed(): Required<PlacedText> {
    return { text: this.#text + this.#last, places: this.#places.map(({ at, from, length }) => ({ at, from, length })) }
  }
}

/** Where a range of a text is in its original. */
export function originalRange(
  places: readonly Place[],
  start: number,
  end: number,
): { readonly start: number; readonly end: number } {
  const first = placeAt(places, start)
  const lastIndex = indexAt(places, end - 1)
  const last = places[lastIndex]
  if (!first || !last) return { start, end }
  const from = first.from + Math.min(start - first.at, Math.max(0, first.length - 1))
  const next = places[lastIndex + 1]
  const isWhole = next !== undefined && end === next.at
  // What was decoded, such as an entity, is one.
  const to = last.from + (isWhole || end - last.at > last.length ? last.length : end - last.at)
  return { start: from, end: Math.max(from, to) }
}

function placeAt(places: readonly Place[], offset: number): Place | undefined {
  return places[indexAt(places, offset)]
}

/** The index of the last place that begins at an offset or before it. */
function indexAt(places: readonly Place[], offset: number): number {
  let low = 0
  let high = places.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((places[middle]?.at ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

/** The places of a part of a text, by offsets into that part. */
export function placesWithin(places: readonly Place[], start: number, end: number): Place[] {
  return places.slice(indexAt(places, start), indexAt(places, end - 1) + 1).map(({ at, from, length }) => {
    const skipped = Math.max(0, start - at)
    return {
      at: Math.max(0, at - start),
      from: from + Math.min(skipped, length),
      length: Math.max(0, length - skipped),
    }
  })
}
