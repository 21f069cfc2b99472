import { splitSentences } from '@skein/core/executor'

import type { TextRange } from './text-range.ts'

/**
 * Cuts a range of text into pieces of about the same length, at most `maxChars`
 * UTF-16 units each. Prefers to cut between paragraphs, then between lines,
 * sentences or words; never inside a surrogate pair.
 */
export function cutSection(text: string, section: TextRange, maxChars: number): TextRange[] {
  if (section.end - section.start <= maxChars) return [section]
  const slice = text.slice(section.start, section.end)
  const at = (offset: number): number => section.start + offset
  const seams = [
    [...slice.matchAll(/\n[^\S\n]*\n/g)].map((match) => at(match.index + match[0].length)),
    [...slice.matchAll(/\n/g)].map((match) => at(match.index + 1)),
    splitSentences(slice).map((sentence) => at(sentence.start)),
  ]

  const pieces: TextRange[] = []
  let { start } = section
  while (section.end - start > maxChars) {
    const left = section.end - start
    const aim = start + Math.ceil(left / Math.ceil(left / maxChars))
    const end = seam(seams, start, aim, start + maxChars) ?? anywhere(text, start, start + maxChars)
    pieces.push({ start, end })
    start = end
  }
  pieces.push({ start, end: section.end })
  return pieces
}

/** The best place to cut that is not too far before `aim`, and not after `limit`. */
function seam(seams: readonly (readonly number[])[], start: number, aim: number, limit: number): number | undefined {
  const least = start + Math.ceil((aim - start) / 2)
  for (const offsets of seams) {
    const after = firstAtLeast(offsets, aim)
    const later = offsets[after]
    const earlier = offsets[after - 1]
    const choices = [earlier, later].filter((offset) => offset !== undefined && offset >= least && offset <= limit)
    if (choices.length > 0) return choices[0]
  }
  return undefined
}

function anywhere(text: string, start: number, limit: number): number {
  const space = text.slice(start, limit).search(/\s\S*$/)
  if (space > 0) return start + space
  const unit = text.codePointAt(limit - 1) ?? 0
  // A code point above the basic plane takes two units, and this is the first of them.
  return unit > 0xffff ? limit - 1 : limit
}

/** Binary search in ascending offsets. */
function firstAtLeast(offsets: readonly number[], least: number): number {
  let low = 0
  let high = offsets.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((offsets[middle] ?? 0) < least) low = middle + 1
    else high = middle
  }
  return low
}
