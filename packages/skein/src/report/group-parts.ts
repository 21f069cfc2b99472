import { areTooMany, isSmall, maxPackedChars } from '../sections/pack-sections.ts'
import type { TextRange } from '../sections/text-range.ts'

/**
 * Groups the parts that share a model call, in order. A group holds one part, or
 * neighbouring small ones where there are far more parts than usual: a thousand files of
 * one line must not cost a thousand calls.
 */
export function groupParts<Part extends TextRange>(parts: readonly Part[]): Part[][] {
  if (!areTooMany(parts)) return parts.map((part) => [part])
  const groups: Part[][] = []
  let room = 0
  for (const part of parts) {
    const chars = part.end - part.start
    if (isSmall(part) && chars <= room) {
      groups.at(-1)?.push(part)
      room -= chars
    } else {
      groups.push([part])
      room = isSmall(part) ? maxPackedChars - chars : 0
    }
  }
  return groups
}

/** Parts whose sentences are indexed together, in UTF-16 units: much work for a thread, and little to repeat when one changes. */
const indexedChars = 100_000

/** Groups the parts that are indexed together, in order. */
export function indexGroups<Part extends TextRange>(parts: readonly Part[]): Part[][] {
  const groups: Part[][] = []
  let room = 0
  for (const part of parts) {
    const chars = part.end - part.start
    if (chars > room) {
      groups.push([])
      room = indexedChars
    }
    groups.at(-1)?.push(part)
    room -= chars
  }
  return groups
}
