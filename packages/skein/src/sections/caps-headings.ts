import { splitSentences } from '@skein/core/executor'

import { isNumbered, rankHeadings, readHeading } from './heading-rank.ts'
import type { Heading } from './heading.ts'
import { isBlank, linesOf, trimRange } from './text-range.ts'
import type { TextRange } from './text-range.ts'

/** Longer rows of words in capitals are emphasis, not headings. */
const maxWords = 14
const maxChars = 160

/** More lines in capitals in a row are a notice: "THIS SOFTWARE IS PROVIDED …". */
const maxLines = 2

/** Shorter lines hold no sentence beside a heading. */
const minFlowChars = 20

const connective = /^(?:a|an|and|at|by|for|from|in|of|on|or|the|to|with)$/

/**
 * Finds the headings of a text that are in capitals: on lines of their own, or
 * in the flow of a text that has lost its line breaks ("… years. RECORD OF
 * PROGRESS When I took …"). Words in title case right before such a heading are
 * a heading too. Acronyms in running text are not.
 */
export function capsHeadings(text: string): Heading[] {
  const rows = [...onLines(text), ...inFlow(text)].toSorted((a, b) => a.start - b.start)
  const headings = rows.flatMap((row) => readHeading(text, row))
  return rankHeadings(
    headings.map((heading, index) => {
      const next = headings[index + 1]
      return { ...heading, opens: next !== undefined && isBlank(text, heading.end, next.start) }
    }),
  )
}

/** Finds lines in capitals at the beginning of a block. Blank lines separate blocks. */
function onLines(text: string): TextRange[] {
  const headings: TextRange[] = []
  // The lines of the block so far, while all of them are in capitals.
  let leading: TextRange[] | undefined = []
  const close = (): void => {
    if (leading !== undefined && leading.length <= maxLines) headings.push(...joined(text, leading))
    leading = undefined
  }
  for (const line of linesOf(text)) {
    const range = trimRange(text, line)
    if (range.start === range.end) {
      close()
      leading = []
    } else if (isCapsHeading(text, range)) {
      leading?.push(range)
    } else {
      close()
    }
  }
  close()
  return headings
}

/** Joins adjacent lines to one heading, unless the last one has a number of its own. */
function joined(text: string, lines: readonly TextRange[]): readonly TextRange[] {
  const [first] = lines
  const last = lines.at(-1)
  if (first === undefined || last === undefined || first === last) return lines
  return isNumbered(text.slice(last.start, last.end)) ? lines : [{ start: first.start, end: last.end }]
}

/** Finds sentences in capitals that share a line with the next sentence, and titles right before them. Only long lines have lost their breaks. */
function inFlow(text: string): TextRange[] {
  const lines = [...linesOf(text)]
  return lines.flatMap((line, index) => {
    if (line.end - line.start <= minFlowChars || !hasCapitals(text.slice(line.start, line.end))) return []
    const before = lines[index - 1]
    return inLine(text, line, before !== undefined && isOpen(text.slice(before.start, before.end).trimEnd()))
  })
}

/** Whether a sentence goes on in the next line: what stands there in capitals is emphasis. */
function isOpen(line: string): boolean {
  return /[\p{Ll},(]$/u.test(line)
}

function inLine(text: string, line: TextRange, isContinued: boolean): TextRange[] {
  const headings: TextRange[] = []
  const sentences = splitSentences(text.slice(line.start, line.end)).map(({ start, end }) => {
    return { start: line.start + start, end: line.start + end }
  })
  for (const [index, sentence] of sentences.entries()) {
    const next = sentences[index + 1]
    if (index === 0 && isContinued) continue
    if (next === undefined || !isCapsHeading(text, sentence) || areOnSeparateLines(text, sentence, next)) continue
    const before = sentences[index - 1]
    if (before !== undefined && isTitle(text, before) && !areOnSeparateLines(text, before, sentence))
      headings.push(before)
    headings.push(sentence)
  }
  return headings
}

function areOnSeparateLines(text: string, first: TextRange, second: TextRange): boolean {
  return text.slice(first.end, second.start).includes('\n')
}

function isCapsHeading(text: string, { start, end }: TextRange): boolean {
  if (end - start > maxChars) return false
  const line = text.slice(start, end)
  if (line !== line.toUpperCase() || !hasCapitals(line) || isVersion(line)) return false
  if (/^[-–—•*+|>]/.test(line) || line.split(/\s+/).length > maxWords) return false
  return !/[.!?;,:]$/.test(line) || /(?:^|[\s.])(?:JR|SR|INC|CO|LTD|\p{Lu})\.$/u.test(line)
}

function hasCapitals(line: string): boolean {
  return /\p{Lu}{3}/u.test(line)
}

/** "PHP 5.3.3", "HTTP/1.1". */
function isVersion(line: string): boolean {
  return /\d\.\d/.test(line) && (line.match(/\p{Lu}{2,}/gu) ?? []).length < 2
}

function isTitle(text: string, { start, end }: TextRange): boolean {
  if (end - start > maxChars) return false
  const words = text.slice(start, end).split(/\s+/)
  return words.length > 1 && words.every((word) => connective.test(word) || /^\p{Lu}[\p{Ll}’'-]+$/u.test(word))
}
