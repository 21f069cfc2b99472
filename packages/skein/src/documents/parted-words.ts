import { detectLanguage, textForm } from '@skein/core/executor'
import type { Language } from '@skein/core/executor'

import { isCompound, isHanging } from './compound-words.ts'
import { placesWithin, TextBuilder } from './placed-text.ts'
import type { PlacedText } from './placed-text.ts'

const longestPartChars = 60
/** Lines are shorter only where they hold something else than wrapped text. */
const shortestLineChars = 15
/** Enough to tell what a text is. */
const sampleChars = 100_000

/** A word that is parted at the end of a line, in UTF-16 offsets. */
interface Parting {
  /** Where the hyphen stands. */
  readonly hyphen: number
  /** Where the rest of the word begins, on the next line, and where that and what stands close to it end. */
  readonly rest: number
  readonly end: number
  readonly first: string
  readonly second: string
  /** What quotes the next line: `> `. */
  readonly quote: string
}

/**
 * Joins words that a hyphen parts at the end of a line: `light-`, `house` is `lighthouse`, and the line ends behind it. What
 * the rest of the text writes with a hyphen keeps it, as do words such as `well-known`. Only prose has such words.
 */
export function joinPartedWords(placed: PlacedText): PlacedText {
  const { text, places = [{ at: 0, from: 0, length: text.length }] } = placed
  const partings = partingsOf(text)
  if (partings.length === 0 || textForm(text.slice(0, sampleChars)) !== 'prose') return placed
  const words = writtenWords(text, partings)
  const language = detectLanguage(text)
  const out = new TextBuilder()
  let done = 0
  const take = (end: number): void => {
    const some = end > done ? placesWithin(places, done, end) : []
    for (const [index, { at, from, length }] of some.entries()) {
      const next = some[index + 1]?.at ?? end - done
      out.take(text.slice(done + at, done + next), from, Math.min(length, next - at))
    }
    done = end
  }
  for (const [index, parting] of partings.entries()) {
    const { hyphen, rest, end, quote } = parting
    const form = formOf(parting, text, words, language)
    if (form === 'apart') continue
    take(form === 'joined' ? hyphen : hyphen + 1)
    done = rest
    // A word may go on over several lines.
    if (partings[index + 1]?.hyphen === end - 1) continue
    take(end)
    if (end === text.length || /[\r\n]/.test(text[end] ?? '')) continue
    out.add(`\n${quote}`)
    done = end + 1
  }
  take(text.length)
  return out.placed
}

const softHyphen = '\u00AD'

function formOf(
  { hyphen, rest, first, second }: Parting,
  text: string,
  words: ReadonlySet<string>,
  language: Language,
): 'joined' | 'hyphenated' | 'apart' {
  const [one, two] = [first.toLowerCase(), second.toLowerCase()]
  if (text[hyphen] === softHyphen || words.has(`${one}${two}`)) return 'joined'
  const behind = rest + second.length
  if (isHanging(first, second, text.slice(behind, behind + 100), language)) return 'apart'
  const isThird = /[-‐]/.test(text[hyphen - first.length - 1] ?? '')
  return isThird || words.has(`${one}-${two}`) || isCompound(first, second, language) ? 'hyphenated' : 'joined'
}

/** Those of the words that partings may stand for which the text has elsewhere. */
function writtenWords(text: string, partings: readonly Parting[]): Set<string> {
  const wanted = new Set(
    partings.flatMap(({ first, second }) =>
      [`${first}${second}`, `${first}-${second}`].map((one) => one.toLowerCase()),
    ),
  )
  const found = new Set<string>()
  let [last, lastEnd] = ['', -1]
  for (const { 0: written, index } of text.matchAll(/[\p{L}\p{M}]+/gu)) {
    const word = written.toLowerCase()
    const isSecond = lastEnd === index - 1 && /[-‐]/.test(text[lastEnd] ?? '')
    for (const one of isSecond ? [word, `${last}-${word}`] : [word]) if (wanted.has(one)) found.add(one)
    last = word
    lastEnd = index + written.length
  }
  return found
}

function partingsOf(text: string): Parting[] {
  const found: Parting[] = []
  let lineStart = 0
  for (const { 0: lineBreak, index } of text.matchAll(/\r\n|\r|\n/g)) {
    let lineEnd = index
    while (lineEnd > lineStart && /[ \t]/.test(text[lineEnd - 1] ?? '')) lineEnd -= 1
    const hyphen = lineEnd - 1
    const isWide = lineEnd - lineStart >= shortestLineChars || found.at(-1)?.end === lineEnd
    if (isWide && /[-‐\u00AD]/.test(text[hyphen] ?? '')) {
      const parting = partingAt(text, hyphen, index + lineBreak.length, quoteAt(text, lineStart))
      if (parting) found.push(parting)
    }
    lineStart = index + lineBreak.length
  }
  return found
}

function partingAt(text: string, hyphen: number, nextLine: number, quote: string): Parting | undefined {
  const first = lettersBefore(text, hyphen)
  if (first === '' || quoteAt(text, nextLine).trimEnd() !== quote.trimEnd()) return undefined
  let rest = nextLine + quoteAt(text, nextLine).length
  while (/[ \t]/.test(text[rest] ?? '')) rest += 1
  const second = /^\p{Ll}[\p{L}\p{M}]*/u.exec(text.slice(rest, rest + longestPartChars))?.[0] ?? ''
  // Settings and code.
  if (second === '' || /[:=]/.test(text[rest + second.length] ?? '')) return undefined
  let end = rest + second.length
  while (end < text.length && !/\s/.test(text[end] ?? '')) end += 1
  return { hyphen, rest, end, first, second, quote }
}

/** The marks of mail before a quoted line. */
function quoteAt(text: string, lineStart: number): string {
  return /^(?:> ?){0,20}/.exec(text.slice(lineStart, lineStart + longestPartChars))?.[0] ?? ''
}

function lettersBefore(text: string, end: number): string {
  let start = end
  while (end - start < longestPartChars && /[\p{L}\p{M}]/u.test(text[start - 1] ?? '')) start -= 1
  return text.slice(start, end)
}
