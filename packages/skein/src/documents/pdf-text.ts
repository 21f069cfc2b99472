import { InputError } from '../open/input-error.ts'
import { loadOptional } from './optional-package.ts'
import { linesOf } from './pdf-lines.ts'
import type { PageLine } from './pdf-lines.ts'
import { valueOf } from './paged-text.ts'

const unpdf = { kind: 'a PDF', name: 'unpdf', otherwise: 'convert it to text first, for example with pdftotext' }

/** The text of a PDF. */
export interface PagedText {
  readonly text: string
  /** Where each page begins in the text, ascending. UTF-16 offsets. */
  readonly pages: readonly number[]
}

/** A line in larger letters than most is a heading. */
const largerBy = 1.12
const longestHeading = 200
/** A gap between two lines that is so much wider than usual parts two paragraphs. */
const widerBy = 1.25

/**
 * The text of a PDF: its headings, told by the size of their letters, in the marks of Markdown, without what stands
 * at the top or the bottom of most pages.
 *
 * @throws InputError where the package `unpdf` is missing, for a PDF that is damaged or needs a password, and for one
 * without text, as scans are; the signal's reason.
 */
export async function pdfText(bytes: Uint8Array, source: string, signal?: AbortSignal): Promise<PagedText> {
  const { getDocumentProxy } = await loadOptional(() => import('unpdf'), unpdf, source)
  const pages: (readonly PageLine[])[] = []
  try {
    // The reader takes the bytes for its own.
    const pdf = await getDocumentProxy(Uint8Array.from(bytes), { verbosity: 0 })
    try {
      for (let number = 1; number <= pdf.numPages; number += 1) {
        signal?.throwIfAborted()
        const page = await pdf.getPage(number)
        const { items } = await page.getTextContent()
        pages.push(linesOf(items.filter((item) => 'str' in item)))
        page.cleanup()
      }
    } finally {
      await pdf.loadingTask.destroy()
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw new InputError(source, problemOf(error), { cause: error })
  }
  if (pages.every((lines) => lines.length === 0)) {
    throw new InputError(
      source,
      'is a PDF without text, such as a scan. Recognize its text first, for example with ocrmypdf.',
    )
  }
  return joined(withoutRunningLines(pages))
}

function problemOf(error: unknown): string {
  if ((error as Error).name === 'PasswordException') return 'is a PDF that needs a password. Save it without one first.'
  return `can't be read as a PDF: ${String(error)}`
}

/**
 * Leaves out lines that stand at the top or the bottom of most pages, apart from numbers in them, and those that count the
 * pages, whatever else they say: the names of chapters.
 */
function withoutRunningLines(pages: readonly (readonly PageLine[])[]): (readonly PageLine[])[] {
  const counts = new Map<string, number>()
  const edges = pages.map((lines, page) => {
    const marks = edgesOf(lines).map((line) => [line, [patternOf(line), ...countsOf(line, page)]] as const)
    return new Map<PageLine, readonly string[]>(marks)
  })
  for (const marks of edges) {
    for (const mark of new Set([...marks.values()].flat())) counts.set(mark, (counts.get(mark) ?? 0) + 1)
  }
  const isOnMost = (mark: string, part: number): boolean => (counts.get(mark) ?? 0) >= Math.max(3, pages.length * part)
  return pages.map((lines, index) =>
    lines.filter((line) => {
      const [pattern, ...numbers] = edges[index]?.get(line) ?? []
      return !(pattern !== undefined && isOnMost(pattern, 0.5)) && !numbers.some((mark) => isOnMost(mark, 0.25))
    }),
  )
}

/** How the numbers that a line begins and ends with count the pages, if they do. Chapters begin without such a line. */
function countsOf({ text, y }: PageLine, page: number): string[] {
  const found = [
    /^(?:\d{1,4}|[ivxlc]{1,7})(?=\s|$)/.exec(text)?.[0],
    /(?<=\s)(?:\d{1,4}|[ivxlc]{1,7})$/.exec(text)?.[0],
  ]
  return found.flatMap((number) =>
    number === undefined ? [] : [`${Math.round(y / 4)} from ${valueOf(number) - page}`],
  )
}

/** The two highest and the two lowest lines of a page. */
function edgesOf(lines: readonly PageLine[]): PageLine[] {
  const byHeight = lines.toSorted((a, b) => b.y - a.y)
  return [...byHeight.slice(0, 2), ...byHeight.slice(-2)]
}

function patternOf({ text, y }: PageLine): string {
  return `${Math.round(y / 4)} ${text.replaceAll(/\d+|\b[ivxlc]+\b/g, '#')}`
}

function joined(pages: readonly (readonly PageLine[])[]): PagedText {
  const lines = pages.flat()
  const usual = mostCommon(lines.map(({ size, text }) => [size, text.length]))
  const headings = [...new Set(lines.filter((line) => isHeading(line, usual)).map(({ size }) => size))]
  const ranks = headings.toSorted((a, b) => b - a)
  const gap = mostCommon(lines.map((line, index) => [gapAbove(lines[index - 1], line), 1]))
  const hyphenated = new Set(lines.flatMap(({ text }) => text.toLowerCase().match(/[\p{L}-]+/gu) ?? []))
  let text = ''
  const starts: number[] = []
  let before: PageLine | undefined
  for (const page of pages) {
    let isFirst = true
    for (const line of page) {
      const rank = isHeading(line, usual) ? Math.min(6, ranks.indexOf(line.size) + 1) : 0
      const goesOn = before !== undefined && before.size === line.size && !isApart(before, line, gap)
      const isNew = before === undefined || isHeading(before, usual) || isApart(before, line, gap)
      if (rank > 0) text += goesOn ? ' ' : `${text === '' ? '' : '\n\n'}${'#'.repeat(rank)} `
      else if (isNew) text += text === '' ? '' : '\n\n'
      else text = wordGoesOn(text, line.text, hyphenated) ? text.slice(0, -1) : `${text}\n`
      if (isFirst) starts.push(text.length)
      isFirst = false
      text += line.text
      before = line
    }
    if (isFirst) starts.push(text.length)
  }
  return { text, pages: starts }
}

function isHeading({ size, text }: PageLine, usual: number): boolean {
  return size >= usual * largerBy && text.length <= longestHeading && /\p{L}/u.test(text)
}

/** Whether two lines belong to different paragraphs. Over the end of a page or a column, that can't be seen. */
function isApart(before: PageLine, line: PageLine, usual: number): boolean {
  return gapAbove(before, line) > Math.max(usual, 1) * widerBy
}

/** In lines of its size, rounded; 0 where a line stands higher than the one before it. */
function gapAbove(before: PageLine | undefined, line: PageLine): number {
  return before && before.y > line.y ? Math.round(((before.y - line.y) / line.size) * 10) / 10 : 0
}

/** Whether a hyphen at the end of a text only parts a word: a word with that hyphen stands nowhere else. */
function wordGoesOn(text: string, next: string, hyphenated: ReadonlySet<string>): boolean {
  const first =
    text
      .slice(-60)
      .match(/[\p{L}-]+/gu)
      ?.at(-1) ?? ''
  const second = /^\p{Ll}[\p{L}-]*/u.exec(next)?.[0]
  const isParted = text.endsWith('-') && text.endsWith(first) && /^\p{L}/u.test(first)
  return isParted && second !== undefined && !hyphenated.has(`${first}${second}`.toLowerCase())
}

/** The value with the greatest weight; of none 1. */
function mostCommon(values: readonly (readonly [value: number, weight: number])[]): number {
  const weights = new Map<number, number>()
  for (const [value, weight] of values) if (value > 0) weights.set(value, (weights.get(value) ?? 0) + weight)
  return [...weights].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [1, 0] as const)[0]
}
