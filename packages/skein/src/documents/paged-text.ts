import { TextBuilder } from './placed-text.ts'
import type { PlacedText } from './placed-text.ts'

/** A line of a page, in UTF-16 offsets into the whole text. */
interface Line {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** Heads and feet of pages take no more lines. */
const mostLines = 3
/** `12`, `- 12 -`, `Page 12 of 80`, `xii`, `[Page 12]`. */
const pageNumber =
  /^(?:[-–—[(]\s?)?(?:(?:page|seite|página|стр\.)\s)?(?:\d{1,4}|[ivxl]{1,7})(?:\s?(?:\/|of|von|de)\s?\d{1,4})?(?:\s?[-–—\])])?$/i
const numberAtEnd = /\[Page \d{1,4}\]$/
/** A line that may end a paragraph. */
const ended = /[.!?:…。！？][\p{Pe}\p{Pf}"']*$/u

/**
 * Joins the pages of a text that has form feeds: leaves out their heads and feet, and lets a sentence go on that runs over
 * to the next page. A head is what also stands above other pages, whatever its numbers are, or a number alone.
 */
export function pagedText(original: string): PlacedText {
  const pages = pagesOf(original)
  const heads = repeated(pages.map((page) => page.find(isShown)))
  const feet = repeated(pages.map((page) => page.findLast(isShown)))
  const out = new TextBuilder()
  let last = ''
  for (const page of pages) {
    const body = within(page, heads, feet)
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
  const pages: Line[][] = []
  let start = 0
  for (const page of text.split('\f')) {
    const lines: Line[] = []
    let at = start
    for (const line of page.split('\n')) {
      lines.push({ text: line, start: at, end: at + line.length })
      at += line.length + 1
    }
    pages.push(lines)
    start += page.length + 1
  }
  return pages
}

function isShown({ text }: Line): boolean {
  return text.trim() !== ''
}

/** The lines that stand at the same place of several pages, without their numbers. */
function repeated(lines: readonly (Line | undefined)[]): ReadonlySet<string> {
  const counts = new Map<string, number>()
  for (const line of lines) if (line) counts.set(nameOf(line), (counts.get(nameOf(line)) ?? 0) + 1)
  return new Set([...counts].filter(([name, count]) => count > 1 && /\p{L}{2}/u.test(name)).map(([name]) => name))
}

function nameOf({ text }: Line): string {
  return text.trim().replaceAll(/\d+/g, '#').replaceAll(/\s+/g, ' ')
}

/** The lines of a page between its head and its foot, without blank ones at its ends. */
function within(page: readonly Line[], heads: ReadonlySet<string>, feet: ReadonlySet<string>): readonly Line[] {
  const shown = trimmed(page)
  const below = trimmed(shown.slice(furnitureLength(shown, heads)))
  return trimmed(below.slice(0, below.length - furnitureLength(below.toReversed(), feet)))
}

/** How many of the first lines are furniture: a blank line stands behind them, or nothing does. */
function furnitureLength(lines: readonly Line[], known: ReadonlySet<string>): number {
  const length = lines.findIndex((line) => !isShown(line))
  const some = lines.slice(0, length === -1 ? lines.length : length)
  const isFurniture = some.length <= mostLines && some.some((line) => isHeadOrFoot(line, known))
  return isFurniture ? some.length : 0
}

function isHeadOrFoot(line: Line, known: ReadonlySet<string>): boolean {
  const text = line.text.trim()
  return pageNumber.test(text) || numberAtEnd.test(text) || known.has(nameOf(line))
}

function trimmed(lines: readonly Line[]): readonly Line[] {
  const first = lines.findIndex(isShown)
  return first === -1 ? [] : lines.slice(first, lines.findLastIndex(isShown) + 1)
}

/** Whether a sentence runs over from one page to the next. */
function goesOn(before: string, after: string): boolean {
  return !ended.test(before) && (/^[\p{Ll}\p{Lo}(“"'‘]/u.test(after) || /[,;-]$/.test(before))
}
