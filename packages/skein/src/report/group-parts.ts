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
/** The groups on which a thread takes notes in one go: some hundredths of a second of work, lost if it is interrupted. */
const notedChars = 20_000

/** Groups the parts that are indexed together, in order. */
export function indexGroups<Part extends TextRange>(parts: readonly Part[]): Part[][] {
  return filledUpTo(indexedChars, parts, charsOf)
}

/** Gathers neighboring groups of parts of one file for one activity. A changed file leaves those of others as they are. */
export function noteBatches<Part extends TextRange & { readonly source: string }>(
  groups: readonly (readonly Part[])[],
): (readonly Part[])[][] {
  const sourceOf = (group: readonly Part[]): string => group[0]?.source ?? ''
  const charsOfGroup = (group: readonly Part[]): number => group.reduce((sum, part) => sum + charsOf(part), 0)
  return [...Map.groupBy(groups, sourceOf).values()].flatMap((some) => filledUpTo(notedChars, some, charsOfGroup))
}

function charsOf({ start, end }: TextRange): number {
  return end - start
}

/** Fills one list after the other, each with at least one item. */
function filledUpTo<Item>(most: number, items: readonly Item[], charsOfItem: (item: Item) => number): Item[][] {
  const lists: Item[][] = []
  let room = 0
  for (const item of items) {
    const chars = charsOfItem(item)
    if (chars > room) {
      lists.push([])
      room = most
    }
    lists.at(-1)?.push(item)
    room -= chars
  }
  return lists
}
