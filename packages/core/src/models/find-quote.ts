import { linearIndexOf } from '../text/index-of.ts'

/** A part of a text, in UTF-16 offsets. */
interface TextPart {
  readonly start: number
  readonly end: number
}

/**
 * Finds a quote in a text: word for word, but ignoring differences in white
 * space, quotation marks, dashes and invisible characters, which models like to change.
 * Takes linear time.
 */
export function findQuote(text: string, quote: string): TextPart | undefined {
  const wanted = quote.trim()
  if (wanted === '') return undefined
  const start = linearIndexOf(text, wanted)
  if (start !== -1) return { start, end: start + wanted.length }
  const folded = fold(text)
  const needle = fold(wanted).text
  const at = linearIndexOf(folded.text, needle)
  if (at === -1 || needle === '') return undefined
  return { start: folded.places[at] as number, end: (folded.places[at + needle.length - 1] as number) + 1 }
}

const alike: Readonly<Record<string, string>> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u201C': '"',
  '\u201D': '"',
  '\u2013': '-',
  '\u2014': '-',
}

/** Soft hyphens, zero-width spaces, word joiners, byte order marks. */
const invisible = '\u00AD\u200B\u2060\uFEFF'

/** A text without invisible characters, with white space, quotation marks and dashes normalized, and the offset of each character in the original. */
function fold(text: string): { text: string; places: number[] } {
  let folded = ''
  const places: number[] = []
  let afterSpace = false
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] as string
    if (invisible.includes(char)) continue
    const isSpace = /\s/.test(char)
    // Asking the end of `folded` would copy it, each time.
    if (isSpace && afterSpace) continue
    afterSpace = isSpace
    folded += isSpace ? ' ' : (alike[char] ?? char)
    places.push(index)
  }
  return { text: folded, places }
}
