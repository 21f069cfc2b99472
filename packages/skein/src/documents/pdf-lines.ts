import { valueOf } from './paged-text.ts'

/** A piece of text on a page, as the reader of PDFs finds it. Lengths in points, from the lower left corner. */
export interface PageItem {
  readonly str: string
  readonly height: number
  readonly width: number
  /** The last two: where it begins. */
  readonly transform: readonly number[]
  readonly hasEOL: boolean
}

/** A line of a page. */
export interface PageLine {
  readonly text: string
  /** Of its letters, in points. */
  readonly size: number
  /** Its height above the lower edge of the page, in points. */
  readonly y: number
}

/** Marks of footnotes are smaller than the line and stand higher. */
const [smaller, higher] = [0.9, 0.2]
/** A gap between two pieces that is so much wider than a letter is high parts two columns. */
const columnGap = 1.25

/** Puts the pieces of a page together to lines. */
export function linesOf(items: readonly PageItem[]): PageLine[] {
  const lines: PageLine[] = []
  let line: PageItem[] = []
  const end = (): void => {
    const made = lineOf(line)
    if (made) lines.push(made)
    line = []
  }
  for (const item of items) {
    const last = line.findLast(({ str }) => str.trim() !== '')
    if (last && item.str.trim() !== '' && Math.abs(yOf(item) - yOf(last)) > last.height * 0.6) end()
    line.push(item)
    if (item.hasEOL) end()
  }
  end()
  return lines
}

function lineOf(items: readonly PageItem[]): PageLine | undefined {
  const words = items.filter(({ str }) => str.trim() !== '')
  const size = words.reduce((most, { height }) => Math.max(most, height), 0)
  const base = words.find(({ height }) => height === size)
  if (!base) return undefined
  let text = ''
  let right: number | undefined
  for (const item of words) {
    if (isNoteMark(item, base)) continue
    const x = item.transform[4] ?? 0
    if (right !== undefined) text += separator(x - right, size, text, item.str)
    text += item.str
    right = x + item.width
  }
  // What leads back from a note in other formats is printed as well.
  const trimmed = text.replace(/↩\uFE0E?$/, '').trim()
  return trimmed === '' ? undefined : { text: trimmed, size: Math.round(size * 2) / 2, y: yOf(base) }
}

function separator(gap: number, size: number, before: string, after: string): string {
  if (gap > size * columnGap) return '   '
  return gap > size * 0.12 && !/\s$/.test(before) && !/^\s/.test(after) ? ' ' : ''
}

function isNoteMark(item: PageItem, line: PageItem): boolean {
  const isRaised = yOf(item) - yOf(line) > line.height * higher
  return isRaised && item.height < line.height * smaller && /^[\d*†‡]{1,3}$/.test(item.str.trim())
}

function yOf({ transform }: PageItem): number {
  return transform[5] ?? 0
}

/**
 * Leaves out lines that stand at the top or the bottom of most pages, apart from numbers in them, and those that count the
 * pages, whatever else they say: the names of chapters.
 */
export function withoutRunningLines(pages: readonly (readonly PageLine[])[]): (readonly PageLine[])[] {
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
