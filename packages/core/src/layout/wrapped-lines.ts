import { endsWithAbbreviation } from '../languages/abbreviations.ts'
import { functionWords } from '../languages/function-words.ts'
import type { Language } from '../languages/function-words.ts'
import { ended, listMark } from './line-forms.ts'
import { widthOf } from './lines.ts'
import type { Line } from './lines.ts'

/** Lines are broken within this share of the full width: some programs balance them. */
const usedWidth = 0.82
/** Where texts are broken to fit a page, lines are no shorter. */
const leastWidth = 24

/** How wide the paragraphs of a text are that were broken to fit a page. In columns. */
export function pageWidth(lines: readonly Line[]): number {
  const widths: number[] = []
  for (const [index, line] of lines.entries()) {
    const [before, after] = [lines[index - 1], lines[index + 1]]
    // The last line of a paragraph may be of any length.
    if (line.text !== '' && after !== undefined && after.text !== '' && before !== undefined)
      widths.push(columnsOf(line))
  }
  if (widths.length < 3) return 0
  return widths.toSorted((a, b) => a - b)[Math.floor(widths.length * 0.9)] ?? 0
}

/** Tells where the lines of a paragraph go on in the next one: `true` for each line that does. */
export function continuations(lines: readonly Line[], language: Language, page: number): boolean[] {
  const widest = lines.reduce((most, line) => Math.max(most, columnsOf(line)), 0)
  const width = lines.length > 2 ? widest : Math.max(widest, page)
  const isList = lines.length > 2 && isListOfNames(lines) && !isFilled(lines, width)
  return lines.map((line, index) => {
    const next = lines[index + 1]
    return next !== undefined && goesOn(line, next, { language, width, isList })
  })
}

interface Paragraph {
  readonly language: Language
  readonly width: number
  /** Whether each line begins again, as in lists of names. */
  readonly isList: boolean
}

function goesOn(line: Line, next: Line, { language, width, isList }: Paragraph): boolean {
  // A term or a title above what is said about it.
  if (next.indent >= textIndent(line) + 3 && columnsOf(line) < width * 0.6 && !/[,.;]$/.test(line.text)) return false
  if (next.indent + 3 <= line.indent && !ended.test(line.text) && columnsOf(line) < width * 0.6) return false
  // Where a sentence ends, another rule finds its end; not every full stop is one.
  if (/[,;([{–—、，；（「『،؛-]$/u.test(line.text)) return true
  if (ended.test(line.text)) return isFull(line, next, width) || endsWithAbbreviation(line.text, language)
  if (/^[\p{Ll}\p{M})\]},;:!?%»”’、。，．）」』！？：；’]/u.test(next.text)) return true
  if (isList) return false
  // What stands between backticks goes on: code, or the text of a link.
  if (hasOpenSpan(line) && next.text.includes('`')) return true
  if (endsOpen(line.text, language)) return true
  return width >= leastWidth && isFull(line, next, width)
}

/** Whether the next word did not fit in a line, so that it was broken there. */
export function isFull(line: Line, next: Line, width: number): boolean {
  const room = columnsOf(line) + gapOf(line, next) + firstWidth(next)
  return room > width * (isUnspaced(line.text) ? 0.9 : usedWidth) && columnsOf(line) > width * 0.5
}

function isFilled(lines: readonly Line[], width: number): boolean {
  return lines.every((line, index) => index === lines.length - 1 || isFull(line, lines[index + 1] as Line, width))
}

/** Whether all lines begin with a capital and none ends as sentences do. */
function isListOfNames(lines: readonly Line[]): boolean {
  return (
    lines.every(({ text }) => /^["'“„«(]*[\p{Lu}\p{N}]/u.test(text)) && lines.every(({ text }) => !/[.!?…;]/.test(text))
  )
}

/** Where the text of a line begins, behind the mark of an item. In columns. */
function textIndent({ indent, text }: Line): number {
  return indent + (listMark.exec(text)?.[0].length ?? 0)
}

/** Whether a line ends between backticks. */
export function hasOpenSpan({ text }: Line): boolean {
  return (text.match(/`+/g)?.length ?? 0) % 2 === 1
}

/** Whether a line ends with a word that needs another one. */
function endsOpen(text: string, language: Language): boolean {
  const word = /(?:^|\s)(\p{Ll}+)$/u.exec(text.slice(-24))?.[1]
  return word !== undefined && functionWords(language).has(word) && !isUnspaced(text)
}

function firstWidth({ text }: Line): number {
  if (isUnspaced(text)) return 4
  const space = text.search(/\s/)
  const width = space === -1 ? text.length : space
  return /:\/\/|mailto:/.test(text.slice(0, width)) ? width : Math.min(24, width)
}

function gapOf(line: Line, next: Line): number {
  return isUnspaced(line.text) && isUnspaced(next.text) ? 0 : 1
}

function columnsOf(line: Line): number {
  return line.indent + widthOf(line.text)
}

/** Whether a line is in a script without spaces between words. */
function isUnspaced(text: string): boolean {
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u.test(
    text,
  )
}
