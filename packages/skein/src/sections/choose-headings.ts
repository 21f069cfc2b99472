import { outlineOf } from '@skein/core/executor'
import type { OutlineHeading } from '@skein/core/executor'

import { capsHeadings } from './caps-headings.ts'
import type { Heading } from './heading.ts'

/** One short line that stands alone is nothing; with more of them, each above text, a text has headings. */
const leastAlone = 2
const leastNumbered = 2
const leastOutdented = 3
/** Where more of a text's blocks stand alone, it is a list or a poem. In UTF-16 units per heading. */
const leastTextBelow = 80

/** The headings of a text by the surest sign that it has. */
export function chooseHeadings(text: string): Heading[] {
  const outline = outlineOf(text)
  const marked = outline.filter(({ sign }) => sign === 'mark' || sign === 'underline')
  if (marked.length > 0) return shifted(marked)
  const numbered = outline.filter(({ sign }) => sign === 'number').length
  const outdented = outline.filter(({ isOutdented }) => isOutdented).length
  if (numbered >= leastNumbered || outdented >= leastOutdented) {
    return shifted(outline.filter(({ sign, isOutdented }) => sign === 'number' || isOutdented))
  }
  const capitals = capsHeadings(text)
  if (capitals.length > 0) return capitals
  const alone = outline.filter(({ sign, isOutdented }) => sign === 'alone' || isOutdented)
  const isSparse = text.length / alone.length >= leastTextBelow
  return alone.length >= leastAlone && isSparse ? shifted(alone) : []
}

/**
 * Levels are shifted so that main divisions get 1. A single heading above everything
 * is the title of the text, not a division of it, and gets 0.
 */
function shifted(headings: readonly OutlineHeading[]): Heading[] {
  const levels = [...new Set(headings.map(({ level }) => level))].toSorted((a, b) => a - b)
  const repeated = levels.find((level) => headings.filter((heading) => heading.level === level).length > 1)
  const top = repeated ?? levels[0] ?? 1
  return headings.map(({ title, start, end, level }) => ({ title, start, end, level: level - top + 1 }))
}
