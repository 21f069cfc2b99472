import { splitSentences } from '@skein/core/executor'
import { requireInteger, requireOptions } from '@skein/memory/runtime'

import { chooseHeadings } from './choose-headings.ts'
import { cutSection } from './cut-section.ts'
import type { Heading } from './heading.ts'
import { isBlank, trimRange } from './text-range.ts'
import type { TextRange } from './text-range.ts'
import { OptionError } from '@skein/memory'

/** A piece of a text, with its heading. UTF-16 offsets: `text.slice(start, end)`. */
export interface Section {
  /** The title of the main division around it, or its own title where there is none. */
  readonly topic: string
  /** Its heading, or its first words where it has none. The pieces of a cut section are numbered from "… (2)". */
  readonly title: string
  readonly start: number
  readonly end: number
}

/** Options of {@link splitSections}. */
export interface SplitSectionsOptions {
  /**
   * The longest section, in UTF-16 units. At least 2, for a surrogate pair.
   *
   * @defaultValue 6_000
   */
  readonly maxChars?: number
}

const defaultMaxChars = 6_000

/** The longest title made from the first words of a section, in UTF-16 units. */
const maxOpeningChars = 60

/**
 * Splits a text into sections by its headings, in order. Sections don't overlap
 * and cover everything but white space.
 *
 * Headings are those of Markdown, reStructuredText, AsciiDoc, LaTeX, HTML and man pages; where there
 * are none, numbered ones and such as "Article 10"; then those in capitals, on lines of their own or in
 * the flow of a text without line breaks; then short lines that stand alone. A text without headings
 * becomes pieces of whole paragraphs; so do tables, logs, settings and code. Takes linear time for any text.
 *
 * @throws OptionError when `maxChars` is not an integer above 1.
 *
 * @example
 * ```ts
 * import { splitSections } from 'skein'
 *
 * const sections = splitSections('All is well. SMALL BUSINESS It grew. TRADE We sold more.')
 * sections.map((section) => section.title) // => ['All is well.', 'SMALL BUSINESS', 'TRADE']
 * ```
 */
export function splitSections(text: string, options: SplitSectionsOptions = {}): Section[] {
  const { maxChars = defaultMaxChars } = requireOptions('splitSections', options, { maxChars: 'any' })
  if (typeof text !== 'string') throw new OptionError('text', 'a string', text)
  requireInteger('maxChars', maxChars, 2)

  return headedSections(text, chooseHeadings(text)).flatMap((section) => pieces(text, section, maxChars))
}

/** A section before it is cut; without title and topic if no heading precedes it. */
interface Whole extends TextRange {
  readonly topic: string | undefined
  readonly title: string | undefined
}

function headedSections(text: string, headings: readonly Heading[]): Whole[] {
  const first = headings[0]?.start ?? text.length
  const isOpened = headings.length > 0 && hasNoText(text, 0, first)
  const sections: Whole[] = isOpened ? [] : [{ topic: undefined, title: undefined, start: 0, end: first }]
  let topic: string | undefined
  let start: number | undefined = isOpened ? 0 : undefined
  for (const [index, heading] of headings.entries()) {
    const next = headings[index + 1]
    if (heading.level <= 1) topic = heading.title
    start ??= heading.start
    // A heading right above one of a lower rank has no text of its own: both begin one section.
    if (next !== undefined && next.level > heading.level && hasNoText(text, heading.end, next.start)) continue
    sections.push({ topic: topic ?? heading.title, title: heading.title, start, end: next?.start ?? text.length })
    start = undefined
  }
  return sections
}

/** Longer ones hold something. In UTF-16 units. */
const maxMarkupChars = 2_000

/** Whether there is nothing to read in a range: only white space, or front matter, settings and commands. */
function hasNoText(text: string, start: number, end: number): boolean {
  if (isBlank(text, start, end)) return true
  if (end - start > maxMarkupChars) return false
  return splitSentences(text.slice(start, end)).every(({ kind }) => kind === 'other')
}

function pieces(text: string, section: Whole, maxChars: number): Section[] {
  const range = trimRange(text, section)
  if (range.start === range.end) return []
  return cutSection(text, range, maxChars).flatMap((cut, index) => {
    const { start, end } = trimRange(text, cut)
    if (start === end) return []
    const title = section.title || opening(text, start, end)
    const numbered = section.title && index > 0 ? `${title} (${index + 1})` : title
    return [{ topic: section.topic || title, title: numbered, start, end }]
  })
}

/** The first words of a text, on one line. */
function opening(text: string, start: number, end: number): string {
  const head = text.slice(start, Math.min(end, start + 2 * maxOpeningChars)).replaceAll(/\s+/g, ' ')
  if (head.length <= maxOpeningChars) return head
  const cut = head.slice(0, maxOpeningChars)
  const space = cut.lastIndexOf(' ')
  // Half a surrogate pair at the end would not be well-formed.
  return `${space > 0 ? cut.slice(0, space) : cut.replace(/[\ud800-\udbff]$/, '')}…`
}
