import type { Heading } from './heading.ts'
import { linesOf } from './text-range.ts'

/** Longer lines are not headings. In UTF-16 units. */
const maxLineChars = 300

/**
 * Finds the Markdown headings of a text: lines that begin with one to six `#`
 * (CommonMark's ATX headings), outside of fenced code.
 *
 * Levels are shifted so that main divisions get 1. A single `#` above everything
 * is the title of the text, not a division of it, and gets 0.
 */
export function markdownHeadings(text: string): Heading[] {
  const headings: Heading[] = []
  let fence: string | undefined
  for (const { start, end } of linesOf(text)) {
    if (end - start > maxLineChars) continue
    const line = text.slice(start, end)
    const mark = /^ {0,3}(```|~~~)/.exec(line)?.[1]
    if (mark !== undefined && fence === undefined) fence = mark
    else if (mark === fence) fence = undefined
    if (fence !== undefined) continue

    const hashes = /^ {0,3}(#{1,6})(?=\s|$)/.exec(line)
    if (hashes === null) continue
    const title = line
      .slice(hashes[0].length)
      .trim()
      .replace(/(?:^|\s)#+$/, '')
      .trimEnd()
    headings.push({ title, start, end, level: hashes[1]?.length ?? 1 })
  }
  const top = topLevel(headings)
  return headings.map((heading) => ({ ...heading, level: heading.level - top + 1 }))
}

/** The highest level with at least two headings, or else the highest level with any. */
function topLevel(headings: readonly Heading[]): number {
  const levels = [1, 2, 3, 4, 5, 6]
  const counts = levels.map((level) => headings.filter((heading) => heading.level === level).length)
  const repeated = counts.findIndex((count) => count > 1)
  const first = counts.findIndex((count) => count > 0)
  return 1 + (repeated === -1 ? Math.max(0, first) : repeated)
}
