import { hasTrait } from '@skein/memory/store'
import type { Collection } from '@skein/memory/store'

/** The format since which records carry the mark. */
const firstFormat = 4

/**
 * The value of a record's column `listed`: 1 for an entry of a journal. Entries
 * are written once and listed by their author, so they alone have an index for it.
 *
 * The checksum does not cover the column, which repeats what the collection says.
 */
export function markOf(collection: Collection): 0 | 1 {
  return hasTrait(collection, 'journal') ? 1 : 0
}

/** Whether the records of a database carry the mark. */
export function hasMarks({ format }: { readonly format: number }): boolean {
  return format >= firstFormat
}
