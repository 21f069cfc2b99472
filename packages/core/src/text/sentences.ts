import { headingCuts } from './inline-headings.ts'
import { isFalseBoundary } from './sentence-boundaries.ts'

/** A part of a text, in UTF-16 offsets: `text.slice(start, end)`. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

/** Longer "sentences" are lists or not prose at all, and are cut. In UTF-16 units. */
const maxChars = 600

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })

// A sentence may begin with a figure or a list dash; ICU, looking for a capital, runs on past both.
// A colon may introduce a heading: "… include: SPECIAL LOAN RATES Another …".
const missedEnd = /[.!?]["'”’)\]]*\s+(?=[-–—•*]?[\p{N}$]|[-–—•*]\p{L})|:\s+(?=\p{Lu}{3,}\s\p{Lu}{3,}\s)/gu

const listMark = /;\s+(?:and\s+|or\s+)?|[:,.]\s+(?=[-–—•*]\S)/g

/**
 * Finds the sentences of a text, in order.
 *
 * The ranges do not overlap, begin and end with text that is not white space, and
 * together cover all such text. Headings in the flow of a text
 * ("… years. RECORD OF PROGRESS When I took …") get a range of their own. A
 * sentence of more than 600 UTF-16 units is cut, at list marks if it has any,
 * but never inside a surrogate pair. Takes linear time, whatever the text.
 *
 * The base is Unicode's default algorithm (UAX #29) as ICU implements it,
 * which knows no abbreviations and takes every line break for an end.
 *
 * @example
 * ```ts
 * import { splitSentences } from '@skein/core/executor'
 *
 * const text = 'Mr. Carter spoke. The U.S. Congress listened.'
 * splitSentences(text).map(({ start, end }) => text.slice(start, end)) // => ['Mr. Carter spoke.', 'The U.S. Congress listened.']
 * ```
 */
export function splitSentences(text: string): TextRange[] {
  const ranges: TextRange[] = []
  for (const { start, end } of joinedSegments(text)) {
    const cuts = headingCuts(text, start, end)
    for (const range of between(start, cuts, end)) cutLong(text, trimmed(text, range), ranges)
  }
  return ranges
}

/** ICU's segments, joined where it split them by mistake. */
function* joinedSegments(text: string): Generator<TextRange> {
  let start = 0
  for (const boundary of boundaries(text)) {
    if (boundary < text.length && isFalseBoundary(text, start, boundary)) continue
    const range = trimmed(text, { start, end: boundary })
    if (range.start < range.end) yield range
    start = boundary
  }
}

/** Ends of ICU's segments and of those it missed, ascending; the last is the length of the text. */
function* boundaries(text: string): Generator<number> {
  for (const { index, segment } of segmenter.segment(text)) {
    for (const match of segment.matchAll(missedEnd)) yield index + match.index + match[0].length
    yield index + segment.length
  }
}

function cutLong(text: string, range: TextRange, into: TextRange[]): void {
  if (range.end - range.start <= maxChars) {
    if (range.start < range.end) into.push(range)
    return
  }
  const items: number[] = []
  for (const match of text.slice(range.start, range.end).matchAll(listMark)) {
    items.push(range.start + match.index + match[0].length)
  }
  for (const item of between(range.start, items, range.end)) {
    for (const piece of fitting(text, trimmed(text, item))) into.push(piece)
  }
}

/** Pieces of at most `maxChars`. */
function* fitting(text: string, range: TextRange): Generator<TextRange> {
  let { start } = range
  while (range.end - start > maxChars) {
    const end = lastBreak(text, start, start + maxChars)
    const piece = trimmed(text, { start, end })
    if (piece.start < piece.end) yield piece
    start = end
  }
  const rest = trimmed(text, { start, end: range.end })
  if (rest.start < rest.end) yield rest
}

/** Where to cut before `limit`: after the last mark of punctuation, else after a space, else anywhere. */
function lastBreak(text: string, start: number, limit: number): number {
  const window = text.slice(start, limit)
  // The first half is left alone: a crumb and a long rest read worse than two halves.
  const half = window.length / 2
  const mark = Math.max(window.lastIndexOf('; '), window.lastIndexOf(': '), window.lastIndexOf('\n'))
  if (mark > half) return start + mark + 1
  const space = window.search(/\s\S*$/)
  if (space > 0) return start + space
  return isHighSurrogate(text.charCodeAt(limit - 1)) && isLowSurrogate(text.charCodeAt(limit)) ? limit - 1 : limit
}

function* between(start: number, cuts: readonly number[], end: number): Generator<TextRange> {
  let from = start
  for (const cut of cuts) {
    yield { start: from, end: cut }
    from = cut
  }
  yield { start: from, end }
}

function trimmed(text: string, { start, end }: TextRange): TextRange {
  const slice = text.slice(start, end)
  const from = start + slice.length - slice.trimStart().length
  return { start: from, end: Math.max(from, start + slice.trimEnd().length) }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}
