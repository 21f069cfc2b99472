import { TextBuilder } from './placed-text.ts'
import type { PlacedText } from './placed-text.ts'

/** A line of a page, in UTF-16 offsets into the whole text. */
interface Line {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** Heads and feet of pages take no more lines, and no longer ones. */
const mostLines = 3
const mostChars = 200
/** `12`, `- 12 -`, `xii`, `[3 of 80]`. Four digits may be a year. */
const bare = /^[-–—[(]?\s?(\d{1,3}|[ivxl]{1,7})(?:\s?(?:\/|of|von|de)\s?\d{1,4})?\s?[-–—\])]?$/
/** `Page 12 of 80`, `[Page 12]`. */
const named =
  /(?:^|[\s[(])(?:[Pp]age|PAGE|[Ss]eite|[Pp]ágina|[Сс]тр\.)\s(\d{1,4}|[ivxl]{1,7})(?:\s(?:of|von|de)\s\d{1,4})?[\])]?$/
/** A line that may end a paragraph. */
const ended = /[.!?:…。！？][\p{Pe}\p{Pf}"']*$/u

/**
 * Joins the pages of a text that has form feeds: leaves out their heads and feet, and lets a sentence go on that runs over
 * to the next page. Every line of a head also stands above a page nearby, and its number counts the pages.
 */
export function pagedText(original: string): PlacedText {
  const pages = pagesOf(original).map(trimmed)
  const heads = furnitureLengths(pages)
  const bodies = pages.map((page, index) => trimmed(page.slice(heads[index])))
  const feet = furnitureLengths(bodies.map((body) => body.toReversed()))
  const out = new TextBuilder()
  let last = ''
  for (const [index, page] of bodies.entries()) {
    const body = trimmed(page.slice(0, page.length - (feet[index] ?? 0)))
    const [first] = body
    if (!first) continue
    if (!out.isEmpty) out.add(goesOn(last, first.text.trim()) ? '\n' : '\n\n')
    const [start, end] = [first.start, body.at(-1)?.end ?? first.end]
    out.take(original.slice(start, end), start, end - start)
    last = body.findLast(isShown)?.text.trim() ?? ''
  }
  return out.isEmpty ? { text: original } : out.placed
}

function pagesOf(text: string): Line[][] {
  let start = 0
  return text.split('\f').map((page) => {
    const lines = Array.from(page.matchAll(/([^\r\n]*)(?:\r\n|[\r\n]|$)/g), ({ 1: line = '', index }) => {
      return { text: line, start: start + index, end: start + index + line.length }
    })
    start += page.length + 1
    return lines
  })
}

function isShown({ text }: Line): boolean {
  return text.trim() !== ''
}

/** What stands above the first blank line, if it may be a head: the names of its lines. */
function blockOf(lines: readonly Line[], page: number): readonly string[] {
  const blank = lines.slice(0, mostLines + 1).findIndex((line) => !isShown(line))
  const some = lines.slice(0, blank === -1 ? lines.length : blank)
  return some.length > mostLines ? [] : some.map(({ text }) => nameOf(text.trim(), page))
}

/** A line without its white space, and with the number of its page counted from this one; empty if it is no head. */
function nameOf(text: string, page: number): string {
  if (text.length > mostChars) return ''
  const pieces = text.split(/\s{2,}|\t/)
  // A number stands alone, or far from what else its line says.
  const counted = pieces.map((piece, at) => (at === 0 || at === pieces.length - 1 ? countedFrom(piece, page) : piece))
  const name = counted.join(' ')
  return name !== pieces.join(' ') || /\p{L}{2}/u.test(name) ? name : ''
}

function countedFrom(piece: string, page: number): string {
  const found = bare.exec(piece) ?? named.exec(piece)
  return found ? `${piece.slice(0, found.index)}#${valueOf(found[1] ?? '') - page}` : piece
}

const romans: Readonly<Record<string, number>> = { i: 1, v: 5, x: 10, l: 50 }

/** The value of a number of a page, in digits or as `xii`. */
export function valueOf(number: string): number {
  if (/^\d/.test(number)) return Number(number)
  const values = Array.from(number, (letter) => romans[letter] ?? 0)
  return values.reduce((sum, value, at) => sum + (value < (values[at + 1] ?? 0) ? -value : value), 0)
}

/** How many lines of each page are its head: all that stand alone there, and above one of the two pages on either side. */
function furnitureLengths(pages: readonly (readonly Line[])[]): readonly number[] {
  const blocks = pages.map((lines, page) => blockOf(lines, page))
  return blocks.map((names, page) => {
    const near = new Set([-2, -1, 1, 2].flatMap((step) => blocks[page + step] ?? []))
    return names.every((name) => name !== '' && near.has(name)) ? names.length : 0
  })
}

function trimmed(lines: readonly Line[]): readonly Line[] {
  const first = lines.findIndex(isShown)
  return first === -1 ? [] : lines.slice(first, lines.findLastIndex(isShown) + 1)
}

/** Whether a sentence runs over from one page to the next. */
function goesOn(before: string, after: string): boolean {
  return !ended.test(before) && (/^[\p{Ll}\p{Lo}(“"'‘]/u.test(after) || /[,;-]$/.test(before))
}
