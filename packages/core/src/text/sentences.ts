import { detectLanguage } from '../languages/detect-language.ts'
import type { Language } from '../languages/function-words.ts'
import { blocksOf } from '../layout/blocks.ts'
import type { Block, PartKind } from '../layout/block.ts'
import { ended } from '../layout/line-forms.ts'
import { headingCuts } from './inline-headings.ts'
import { JoinedLines } from './joined-lines.ts'
import { sentenceEnds } from './sentence-ends.ts'
import type { TextRange } from './text-range.ts'

/** A sentence, or another part of a text that can stand alone. */
export interface SentenceRange extends TextRange {
  readonly kind: PartKind
}

/** Longer "sentences" are lists or not prose at all, and are cut. In UTF-16 units. */
const maxChars = 600

const listMark = /;\s+(?:and\s+|or\s+)?|[:,.]\s+(?=[-–—•*]\S)/g

/**
 * Finds the sentences of a text, in order, and tells them from headings, rows of tables and what is no text.
 *
 * The ranges do not overlap, begin and end with text that is not white space, and
 * together cover all such text. Lines of wrapped text are joined, whatever their width; marks of
 * quoted lines (`> `) and of speakers are parts of their own. Headings in the flow of a text
 * ("… years. RECORD OF PROGRESS When I took …") get a range of their own. A
 * part of more than 600 UTF-16 units is cut, at list marks if it has any,
 * but never inside a surrogate pair. Takes linear time, whatever the text.
 *
 * @param language - In which the text is written. By default the one that its script and most frequent words tell.
 *
 * @example
 * ```ts
 * import { splitSentences } from '@skein/core/executor'
 *
 * const text = 'Mr. Carter spoke. The U.S. Congress listened.'
 * splitSentences(text).map(({ start, end }) => text.slice(start, end)) // => ['Mr. Carter spoke.', 'The U.S. Congress listened.']
 * ```
 */
export function splitSentences(text: string, language: Language = detectLanguage(text)): SentenceRange[] {
  const ranges: SentenceRange[] = []
  for (const block of blocksOf(text, language)) {
    if (block.kind === 'sentence') splitBlock(text, block, language, ranges)
    else
      for (const piece of block.pieces)
        for (const range of fitting(text, piece)) ranges.push({ ...range, kind: block.kind })
  }
  return ranges
}

function splitBlock(text: string, block: Block, language: Language, into: SentenceRange[]): void {
  const lines = new JoinedLines(text, block.pieces)
  const first = into.length
  for (const { start, end } of rangesOf(lines, language)) {
    const cuts = headingCuts(text, start, end)
    for (const [index, range] of [...between(start, cuts, end)].entries()) {
      cutLong(text, trimmed(text, range), index < cuts.length ? 'heading' : 'sentence', into)
    }
  }
  const last = into.at(-1)
  // A message makes sense by itself without a full stop, as a row does.
  if (block.isChat && last && into.length > first && !ended.test(text.slice(last.start, last.end)))
    into[into.length - 1] = { ...last, kind: 'row' }
}

function* rangesOf(lines: JoinedLines, language: Language): Generator<TextRange> {
  const { text } = lines
  let start = 0
  for (const end of [...sentenceEnds(text, language), text.length]) {
    const { start: from, end: to } = trimmed(text, { start, end })
    if (from < to) yield lines.rangeOf(from, to)
    start = end
  }
}

function cutLong(text: string, range: TextRange, kind: PartKind, into: SentenceRange[]): void {
  if (range.end - range.start <= maxChars) {
    if (range.start < range.end) into.push({ ...range, kind })
    return
  }
  const items: number[] = []
  for (const match of text.slice(range.start, range.end).matchAll(listMark)) {
    items.push(range.start + match.index + match[0].length)
  }
  for (const item of between(range.start, items, range.end)) {
    for (const piece of fitting(text, trimmed(text, item))) into.push({ ...piece, kind })
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
  const wide = Math.max(window.lastIndexOf('、'), window.lastIndexOf('，'), window.lastIndexOf('；'))
  if (wide > half) return start + wide + 1
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
