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
 * pages beside what stands elsewhere, too: the name of a chapter.
 */
export function withoutRunningLines(pages: readonly (readonly PageLine[])[]): (readonly PageLine[])[] {
  const edges = pages.map((lines, page) => {
    const marks = edgesOf(lines).map((line) => [line, { pattern: patternOf(line), ends: endsOf(line, page) }] as const)
    return new Map(marks)
  })
  const marksOf = (marks: (typeof edges)[number]): string[] =>
    [...marks.values()].flatMap(({ pattern, ends }) => [pattern, ...ends.map(({ count }) => count)])
  const onPages = countsOf(edges.flatMap((marks) => [...new Set(marksOf(marks))]))
  const names = countsOf([
    ...pages.flat().map(({ text }) => nameOf(text)),
    ...edges.flatMap((marks) => [...marks.values()].flatMap(({ ends }) => ends.map(({ name }) => name))),
  ])
  const isOn = (mark: string, part: number): boolean => (onPages.get(mark) ?? 0) >= Math.max(3, pages.length * part)
  return pages.map((lines, index) =>
    lines.filter((line) => {
      const marks = edges[index]?.get(line)
      if (!marks) return true
      // Chapters begin without such a line.
      const isCounting = marks.ends.some(
        ({ count, name }) => isOn(count, 0.25) && (name === '' || (names.get(name) ?? 0) > 1),
      )
      return !isOn(marks.pattern, 0.5) && !isCounting
    }),
  )
}

/** The numbers that a line begins and ends with: how they count the pages at its height, and what else it says. */
function endsOf({ text, y }: PageLine, page: number): readonly { readonly count: string; readonly name: string }[] {
  const [first, last] = [/^(?:\d{1,4}|[ivxlc]{1,7})(?=\s|$)/.exec(text), /(?<=\s)(?:\d{1,4}|[ivxlc]{1,7})$/.exec(text)]
  return [first, last].flatMap((found) => {
    if (!found) return []
    const name = nameOf(found.index === 0 ? text.slice(found[0].length) : text.slice(0, found.index))
    return [{ count: `${Math.round(y / 4)} from ${valueOf(found[0]) - page}`, name }]
  })
}

/** The letters and digits of a line. */
function nameOf(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}]+/gu, '').toLowerCase()
}

function countsOf(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** The two highest and the two lowest lines of a page. */
function edgesOf(lines: readonly PageLine[]): PageLine[] {
  const byHeight = lines.toSorted((a, b) => b.y - a.y)
  return [...byHeight.slice(0, 2), ...byHeight.slice(-2)]
}

function patternOf({ text, y }: PageLine): string {
  return `${Math.round(y / 4)} ${text.replaceAll(/\d+|\b[ivxlc]+\b/g, '#')}`
}
