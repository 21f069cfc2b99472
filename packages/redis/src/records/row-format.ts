import { CorruptRecordError, StoreFormatError } from '@skein/memory'
import type { RecordKey } from '@skein/memory/store'

/**
 * The format of the rows that this code writes.
 *
 * - 3: a row begins with the checksum of its head, eight hexadecimal digits and a space.
 * - 4: the same after its format: `v4` and a space. A row of format 3 never
 *   begins with a `v`, and a process that knows format 3 alone finds no row in
 *   it, so that it refuses to write over it. Its sweep is not so careful: it
 *   removes an expired row of format 4 without raising the floor, so processes
 *   of format 3 must be stopped before those of format 4 start.
 * - 5: as format 4, and the tag of a sealed value's position stands behind the
 *   checksum of the content.
 * - 6: as format 5, and the indexes of a fact or an object include that by name.
 * - 7: as format 6, and past versions of the record may lie beside it. A process of format 6 would leave them when it
 *   erases the record, so it finds no row that it can read.
 * - 8: as format 7, and a row may say since which version all have its label. A process of format 7 would leave that out
 *   as it changes a label, so it finds no row that it can read.
 *
 * Later formats begin in the same way, so each row tells who can read it. The
 * scripts of `lua/` know these marks too.
 */
export const currentFormat = 8

/** The oldest format that this code reads. */
const oldestFormat = 3

/** The format of a row, by its beginning alone. */
export function formatOfRow(text: string): number {
  const [, format] = /^v(\d{1,6}) /.exec(text) ?? []
  return format === undefined ? oldestFormat : Number(format)
}

/**
 * Why a row can't be read: it is damaged, or of a newer format.
 *
 * @param text - The row, or its beginning.
 */
export function unreadableRow(
  operation: 'read' | 'write',
  { collection, id }: RecordKey,
  text: string,
): CorruptRecordError | StoreFormatError {
  const consequence = operation === 'write' ? ' Nothing was written.' : ''
  const format = formatOfRow(text)
  if (format > currentFormat) {
    return new StoreFormatError(
      operation,
      `The record ${collection}/${id} has format ${format}, but this Skein reads formats up to ${currentFormat}. ` +
        `Use a newer Skein.${consequence}`,
    )
  }
  return new CorruptRecordError(
    operation,
    `The record ${collection}/${id} is damaged: its checksum does not match.${consequence}`,
  )
}
