import type { Section } from './split-sections.ts'
import type { TextRange } from './text-range.ts'

/** The longest part that small sections share: as long as pieces of a text without headings. In UTF-16 units. */
export const maxPackedChars = 6_000
/** Sections below this are small: neighbours share a part. */
const smallChars = 1_500
/** A text may have this many more sections than it would without headings, and a few besides: each is read for itself. */
const usualRatio = 4
const usualMore = 8

/** Whether there are far more ranges than a text of their length would have without headings. */
export function areTooMany(ranges: readonly TextRange[]): boolean {
  const length = ranges.reduce((sum, { start, end }) => sum + end - start, 0)
  return ranges.length > usualRatio * Math.ceil(length / maxPackedChars) + usualMore
}

/** Whether a range may share a part with its neighbours. */
export function isSmall({ start, end }: TextRange): boolean {
  return end - start < smallChars
}

/**
 * Joins neighbouring small sections of a text that has far more of them than usual. Each
 * part costs a model call, so a text of many small headings must not cost far more than
 * one without any.
 *
 * A joined part has the topic of its first section, and is titled by its first and last one.
 */
export function packSections(sections: readonly Section[]): Section[] {
  if (!areTooMany(sections)) return [...sections]
  const packed: Section[] = []
  let first: Section | undefined
  for (const section of sections) {
    const last = packed.at(-1)
    if (first && last && isSmall(section) && section.end - last.start <= maxPackedChars) {
      packed[packed.length - 1] = { ...first, title: `${first.title} … ${section.title}`, end: section.end }
    } else {
      packed.push(section)
      first = isSmall(section) ? section : undefined
    }
  }
  return packed
}
