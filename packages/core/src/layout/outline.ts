import { dialectOf } from './dialect.ts'
import { documentForm } from './document-form.ts'
import { furniture } from './furniture.ts'
import { headingAt } from './heading-lines.ts'
import type { HeadingLine } from './heading-lines.ts'
import { linesOf } from './lines.ts'
import { regions } from './regions.ts'
import { tightHeadings } from './tight-headings.ts'

/** A heading on a line of its own, in UTF-16 offsets; underlines included. */
export interface OutlineHeading {
  /** As written, without number, marks and commands. */
  readonly title: string
  readonly start: number
  readonly end: number
  /** 1 for the highest that the format has, 0 for a title of the whole text. */
  readonly level: number
  /**
   * What shows that it is one: a mark of its format, a line below it, a number or a word such as "Article",
   * capitals, or nothing but that it stands alone. In this order they can be trusted.
   */
  readonly sign: 'mark' | 'underline' | 'number' | 'capitals' | 'alone'
  /** Whether the text below it is indented, as in man pages and RFCs. */
  readonly isOutdented: boolean
}

/** Finds what looks like headings, whatever format a text has. Records and code have none. Takes linear time. */
export function outlineOf(text: string): OutlineHeading[] {
  const lines = linesOf(text)
  if (documentForm(lines) !== 'prose') return []
  const dialect = dialectOf(lines)
  const signs = { dialect, tight: tightHeadings(lines, dialect) }
  const around = furniture(lines, dialect)
  const marked = regions(lines).map((isMarked, index) => isMarked || around[index])
  const headings: OutlineHeading[] = []
  const underlines: string[] = []
  for (let index = 0; index < lines.length; index += 1) {
    const heading = marked[index] ? undefined : headingAt(lines, index, signs)
    if (!heading) continue
    const [first, last] = [lines[index], lines[heading.last]]
    if (!first || !last) continue
    const below = lines[heading.last + 1]?.text === '' ? lines[heading.last + 2] : lines[heading.last + 1]
    headings.push({
      title: heading.title,
      start: first.start,
      end: last.end,
      level: levelOf(heading, last.text[0] ?? '', underlines),
      sign: heading.sign,
      isOutdented: below !== undefined && below.indent >= first.indent + 2,
    })
    index = heading.last
  }
  return headings
}

/** Underlines rank in the order in which a text first uses them, as in reStructuredText; so do those of Markdown. */
function levelOf({ sign, level }: HeadingLine, underline: string, seen: string[]): number {
  if (sign !== 'underline') return level
  const style = `${level === 0 ? 'over' : ''}${underline}`
  if (!seen.includes(style)) seen.push(style)
  return seen.indexOf(style) + 1
}
