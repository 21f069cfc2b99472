import type { Dialect } from './dialect.ts'
import type { HeadingLine } from './heading-lines.ts'
import { ended, isRow } from './line-forms.ts'
import { widthOf } from './lines.ts'
import type { Line } from './lines.ts'
import { pageWidth } from './wrapped-lines.ts'

const numbered = /^(\d{1,2}(?:\.\d{1,3}){0,4})[.)]?\s+(?=\p{Lu}|\p{Lo})/u
const division =
  /^(?:(?:\p{Lu}\p{Ll}{2,12}|\p{Lu}{4,12}|\p{Lo}\S{1,8})\s+(?:\d{1,3}|[IVXLC]{1,7})|§+\s*\d{1,3}\p{Ll}?|第\s*[0-9０-９一二三四五六七八九十百]+\s*[章节節条條編编部回])(?=[\s.:–—-]|$)/u

/** A single one may be anything. */
const fewest = 2
const maxChars = 80
const maxWords = 10

interface Numbered {
  readonly index: number
  readonly heading: HeadingLine
  /** The parts of its number; of divisions, what is before it. */
  readonly place: readonly number[] | string
}

/**
 * Finds the numbered headings of a text that has no blank lines around them: `1 General` or `Article 2` right above their
 * text. One line could be anything; several that count, each above sentences, are headings.
 */
export function tightHeadings(lines: readonly Line[], dialect: Dialect): ReadonlyMap<number, HeadingLine> {
  // Markup has marks for its headings, and lists whose items go on without indents.
  if (dialect !== undefined) return new Map()
  const width = pageWidth(lines)
  const found = lines.flatMap((_, index) => tightAt(lines, index, width) ?? [])
  const divisions = Map.groupBy(
    found.filter(({ place }) => typeof place === 'string'),
    ({ place }) => place,
  )
  const all = [counting(found), ...divisions.values()].filter(
    // A section of a longer text begins with its heading.
    (some) => some.length >= fewest || some[0]?.index === 0,
  )
  return new Map(all.flat().map(({ index, heading }) => [index, heading]))
}

function tightAt(lines: readonly Line[], index: number, width: number): Numbered | undefined {
  const line = lines[index] as Line
  const { text } = line
  if (text.length > maxChars || /[,;:!?-]$/.test(text) || isRow(line)) return undefined
  const [prefix = '', digits] = numbered.exec(text) ?? []
  const named = digits === undefined ? division.exec(text)?.[0] : undefined
  if (digits === undefined && named === undefined) return undefined
  const title = text.slice(prefix.length)
  const rest = named === undefined ? '' : text.slice(named.length)
  const isBare = named !== undefined && /^[.:]?$/.test(rest)
  // A sentence may begin with a name and a number, too.
  if (!/^(?:\s*[.:–—-]|\s+[\p{Lu}\p{Lo}]|$)/u.test(rest)) return undefined
  if ((ended.test(title) && !isBare) || title.split(/\s+/).length > maxWords) return undefined
  // A sentence may be broken before or behind a number.
  if (width > maxChars / 2 && line.indent + widthOf(text) > width * 0.75) return undefined
  const before = lines[index - 1]
  if (before && before.text !== '' && !ended.test(before.text) && !isNumbered(before) && index > 1) return undefined
  if (!isAboveText(lines, index, digits)) return undefined
  const level = digits === undefined ? 1 : digits.split('.').length
  return {
    index,
    heading: { title: digits === undefined ? text : title, level, last: index, sign: 'number' },
    place: digits === undefined ? wordOf(named ?? '') : digits.split('.').map(Number),
  }
}

function isNumbered({ text }: Line): boolean {
  return numbered.test(text) || division.test(text)
}

function wordOf(named: string): string {
  return named.replaceAll(/[\s\d０-９一二三四五六七八九十百]|(?<=\s)[IVXLC]+$/g, '')
}

/** Whether sentences are right below a heading, or a heading of a deeper level. */
function isAboveText(lines: readonly Line[], index: number, digits: string | undefined): boolean {
  const next = lines[index + 1]
  if (!next || !/^["'“„«(¿¡「『]*[\p{Lu}\p{Lo}\p{N}]/u.test(next.text)) return false
  const below = numbered.exec(next.text)?.[1]
  if (below !== undefined) return digits !== undefined && below.startsWith(`${digits}.`)
  for (const line of lines.slice(index + 1, index + 40)) {
    if (line.text === '' || isNumbered(line)) return false
    if (ended.test(line.text) || /[.!?。！？।] /u.test(line.text)) return true
  }
  return false
}

/** Those whose numbers count from 1, or from that of the first line: each is the next one, the first below, or the next one of a higher level. */
function counting(found: readonly Numbered[]): readonly Numbered[] {
  const series: Numbered[] = []
  let last: readonly number[] = [0]
  for (const one of found) {
    if (typeof one.place === 'string' || !(one.index === 0 || follows(one.place, last))) continue
    series.push(one)
    last = one.place
  }
  return series
}

function follows(place: readonly number[], last: readonly number[]): boolean {
  if (place.length > last.length)
    return place.length === last.length + 1 && place.at(-1) === 1 && startsWith(place, last)
  const level = place.length - 1
  return place[level] === (last[level] ?? 0) + 1 && startsWith(last, place.slice(0, level))
}

function startsWith(place: readonly number[], start: readonly number[]): boolean {
  return start.every((number, index) => place[index] === number)
}
