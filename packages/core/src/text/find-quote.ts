import { ellipsis, FoldedText, isMark, isSameWord } from './folded-text.ts'
import type { TextPart } from './folded-text.ts'
import { linearIndexesOf, linearIndexOf } from './index-of.ts'

/** Where a quote is in a text. */
export interface FoundQuote extends TextPart {
  /** What was quoted: all of it, or the parts around words that were left out. */
  readonly parts: readonly TextPart[]
}

/** With more ellipses, a quote is a collage. */
const maxParts = 8
/** The longest text between two parts, in UTF-16 units: what is further apart are two quotes. */
const maxLeftOut = 1_000

/**
 * Finds a quote in a text: word for word, but ignoring what {@link FoldedText} does, the
 * case of the first letter, and marks at the ends. An ellipsis may leave words out.
 *
 * @returns places in the original; those of the whole quote include what an ellipsis leaves out.
 */
export function findQuote(text: string, quote: string): FoundQuote | undefined {
  return new QuotableText(text).find(quote)
}

/** A text in which quotes are looked up, each in linear time. */
export class QuotableText {
  readonly #text: string
  #folded: FoldedText | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** See {@link findQuote}. */
  find(quote: string): FoundQuote | undefined {
    const wanted = quote.trim()
    if (wanted === '') return undefined
    const start = linearIndexOf(this.#text, wanted)
    if (start !== -1) return whole({ start, end: start + wanted.length })
    const folded = (this.#folded ??= new FoldedText(this.#text))
    const { text: needle } = new FoldedText(wanted)
    const bare = withoutEnds(needle)
    const found = firstOf(folded.text, needle) ?? firstOf(folded.text, bare)
    if (found) return whole(this.#withMarks(folded.placeOf(found), wanted))
    const parts = bare.split(ellipsis).map((part) => withoutEnds(part))
    if (parts.length === 1 || parts.length > maxParts || parts.includes('')) return undefined
    const places = inOrder(folded.text, parts)?.map((part) => folded.placeOf(part))
    const [first, last] = [places?.[0], places?.at(-1)]
    if (!places || !first || !last) return undefined
    return { ...this.#withMarks({ start: first.start, end: last.end }, wanted), parts: places }
  }

  /** A place with the marks around it, as far as the quote has such marks at its ends. */
  #withMarks({ start, end }: TextPart, quote: string): TextPart {
    const [head, tail] = [headMarks(quote), tailMarks(quote)]
    const [first, last] = [Math.max(0, start - head.length), end + tail.length]
    while (start > first && isAmong(this.#text[start - 1] ?? '', head)) start -= 1
    while (end < last && isAmong(this.#text[end] ?? '', tail)) end += 1
    return { start, end }
  }
}

function whole(part: TextPart): FoundQuote {
  return { ...part, parts: [part] }
}

function firstOf(text: string, wanted: string): TextPart | undefined {
  for (const place of placesOf(text, wanted)) return place
  return undefined
}

/** Where a part of a quote stands on its own, whatever the case of its first letter, ascending. */
function* placesOf(text: string, wanted: string): Generator<TextPart, void, undefined> {
  if (wanted === '') return
  const [first = ''] = wanted
  const rest = wanted.slice(first.length)
  const cases = new Set([first, ...otherCase(first)])
  // Found by what follows the first letter, in one pass for both cases.
  for (const at of rest === '' ? linearIndexesOf(text, first) : linearIndexesOf(text, rest)) {
    const start = rest === '' ? at : at - first.length
    const end = start + wanted.length
    if (start >= 0 && cases.has(text.slice(start, start + first.length)) && isWhole(text, start, end)) {
      yield { start, end }
    }
  }
}

/** A letter in the other case, where it has one of the same length. */
function otherCase(letter: string): readonly string[] {
  return [letter.toLowerCase(), letter.toUpperCase()].filter((other) => other.length === letter.length)
}

/** Whether a part neither begins nor ends within a word or a number. */
function isWhole(text: string, start: number, end: number): boolean {
  const [before, first] = [lastChar(text, start), firstChar(text, start)]
  const [last, after] = [lastChar(text, end), firstChar(text, end)]
  if (isSameWord(before, first) || isSameWord(last, after)) return false
  return !(isNumber(text.slice(Math.max(0, start - 2), start + 1)) || isNumber(text.slice(end - 1, end + 2)))
}

function isNumber(chars: string): boolean {
  return /^\d[.,]\d$/.test(chars)
}

function firstChar(text: string, index: number): string {
  return String.fromCodePoint(text.codePointAt(index) ?? 0)
}

function lastChar(text: string, end: number): string {
  return Array.from(text.slice(Math.max(0, end - 2), end)).at(-1) ?? ''
}

/** Finds the parts one after the other, none far from the one before. In linear time for few parts. */
function inOrder(text: string, parts: readonly string[]): readonly TextPart[] | undefined {
  let chains: readonly (readonly TextPart[])[] = []
  for (const [index, part] of parts.entries()) {
    const longer: (readonly TextPart[])[] = []
    let next = 0
    for (const place of placesOf(text, part)) {
      if (index === 0) {
        longer.push([place])
        continue
      }
      while (next < chains.length && (chains[next]?.at(-1)?.end ?? 0) <= place.start) next += 1
      // The nearest one before it.
      const chain = chains[next - 1]
      if (chain && place.start - (chain.at(-1)?.end ?? 0) <= maxLeftOut) longer.push([...chain, place])
    }
    chains = longer
  }
  return chains[0]
}

const endMarks = ' .,;:!?¡¿…()[]{}。、，；：！？؟،؛।|#>'

function isEndMark(char: string): boolean {
  return char !== '' && (endMarks.includes(char) || isMark(char))
}

function headMarks(quote: string): string {
  let end = 0
  while (isEndMark(quote[end] ?? '')) end += 1
  return quote.slice(0, end)
}

function tailMarks(quote: string): string {
  let start = quote.length
  while (isEndMark(quote[start - 1] ?? '')) start -= 1
  return quote.slice(start)
}

/** Whether a mark is one of some; all quotation marks are alike. */
function isAmong(mark: string, marks: string): boolean {
  return mark !== '' && (marks.includes(mark) || (isMark(mark) && Array.from(marks).some((one) => isMark(one))))
}

/** A quote without the marks at its ends. A dash at its beginning may be a minus. */
function withoutEnds(text: string): string {
  const start = headMarks(text).length
  let end = text.length
  while (end > start && (text[end - 1] === '-' || isEndMark(text[end - 1] ?? ''))) end -= 1
  return text.slice(start, end)
}
