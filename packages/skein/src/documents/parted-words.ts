import { placesWithin, TextBuilder } from './placed-text.ts'
import type { PlacedText } from './placed-text.ts'

const longestPartChars = 60
/** Lines are shorter only where they hold something else than wrapped text. */
const shortestLineChars = 15
/** First parts of words that keep their hyphen, and words that a hanging hyphen stands before: `Haus- und Hof`. */
const joiners = new Set(
  'all anti co cross ex far half high ill long low multi non old post pre pro quasi self semi so sub ultra vice well'.split(
    ' ',
  ),
)
const conjunctions = new Set('and or und oder bzw y o e et ou of en och og eller i a lub ja tai'.split(' '))

/** A word that is parted at the end of a line, in UTF-16 offsets. */
interface Parting {
  /** Where the hyphen stands. */
  readonly hyphen: number
  /** Where the rest of the word begins, on the next line, and where that and what stands close to it end. */
  readonly rest: number
  readonly end: number
  readonly first: string
  readonly second: string
}

/**
 * Joins words that a hyphen parts at the end of a line: `light-`, `house` is `lighthouse`, and the line ends behind it. What
 * the rest of the text writes with a hyphen keeps it, as do words such as `well-known`.
 */
export function joinPartedWords(placed: PlacedText): PlacedText {
  const { text, places = [{ at: 0, from: 0, length: text.length }] } = placed
  const partings = partingsOf(text)
  if (partings.length === 0) return placed
  const words = new Set(text.toLowerCase().match(/[\p{L}\p{M}]+(?:-[\p{L}\p{M}]+)*/gu))
  const out = new TextBuilder()
  const take = (start: number, end: number): void => {
    const some = placesWithin(places, start, end)
    for (const [index, { at, from, length }] of some.entries()) {
      const next = some[index + 1]?.at ?? end - start
      out.take(text.slice(start + at, start + next), from, Math.min(length, next - at))
    }
  }
  let done = 0
  for (const { hyphen, rest, end, first, second } of partings) {
    const form = formOf(first, second, text[hyphen - first.length - 1] === '-', words, text[hyphen] === softHyphen)
    if (form === 'apart') continue
    take(done, form === 'joined' ? hyphen : hyphen + 1)
    take(rest, end)
    const isLineEnd = end === text.length || /[\r\n]/.test(text[end] ?? '')
    if (!isLineEnd) out.add('\n')
    done = isLineEnd ? end : end + 1
  }
  take(done, text.length)
  return out.placed
}

const softHyphen = '\u00AD'

function formOf(
  first: string,
  second: string,
  isThird: boolean,
  words: ReadonlySet<string>,
  isSoft: boolean,
): 'joined' | 'hyphenated' | 'apart' {
  const [one, two] = [first.toLowerCase(), second.toLowerCase()]
  if (isSoft || words.has(`${one}${two}`)) return 'joined'
  if (conjunctions.has(two)) return 'apart'
  return isThird || joiners.has(one) || words.has(`${one}-${two}`) ? 'hyphenated' : 'joined'
}

function partingsOf(text: string): Parting[] {
  const found: Parting[] = []
  let lineStart = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    const lineEnd = text[at - 1] === '\r' ? at - 1 : at
    const hyphen = lineEnd - 1
    if (lineEnd - lineStart >= shortestLineChars && /[-‐\u00AD]/.test(text[hyphen] ?? '')) {
      const first = lettersBefore(text, hyphen)
      const next = /^[ \t]*(?=\p{Ll})/u.exec(text.slice(at + 1, at + 1 + longestPartChars))?.[0]
      if (first !== '' && next !== undefined) {
        const rest = at + 1 + next.length
        const close = /^\S+/.exec(text.slice(rest, rest + longestPartChars))?.[0] ?? ''
        const second = /^[\p{L}\p{M}]+/u.exec(close)?.[0] ?? ''
        found.push({ hyphen, rest, end: rest + close.length, first, second })
      }
    }
    lineStart = at + 1
  }
  return found
}

function lettersBefore(text: string, end: number): string {
  let start = end
  while (end - start < longestPartChars && /[\p{L}\p{M}]/u.test(text[start - 1] ?? '')) start -= 1
  return text.slice(start, end)
}
