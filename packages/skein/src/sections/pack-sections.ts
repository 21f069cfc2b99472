import type { Section } from './split-sections.ts'

/** The longest part that small sections share: as long as pieces of a text without headings. In UTF-16 units. */
const maxChars = 6_000
/** Sections below this are small: neighbours share a part. */
const smallChars = 1_500
/** A text may have this many more sections than it would without headings, and a few besides: each is read for itself. */
const usualRatio = 4
const usualMore = 8

/**
 * Joins neighbouring small sections of a text that has far more of them than usual. Each
 * part costs a model call, so a text of many small headings must not cost far more than
 * one without any.
 *
 * A joined part has the topic of its first section, and is titled by its first and last one.
 */
export function packSections(sections: readonly Section[]): Section[] {
  const length = sections.reduce((sum, { start, end }) => sum + end - start, 0)
  if (sections.length <= usualRatio * Math.ceil(length / maxChars) + usualMore) return [...sections]
  const packed: Section[] = []
  let first: Section | undefined
  for (const section of sections) {
    const last = packed.at(-1)
    const isSmall = section.end - section.start < smallChars
    if (first && last && isSmall && section.end - last.start <= maxChars) {
      packed[packed.length - 1] = { ...first, title: `${first.title} … ${section.title}`, end: section.end }
    } else {
      packed.push(section)
      first = isSmall ? section : undefined
    }
  }
  return packed
}
