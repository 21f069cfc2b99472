import { warn } from '@skein/memory/runtime'
import type { Row } from '@skein/memory/store'

import { readableLabel } from './packed-label.ts'
import type { RawRow, RawRowAndMore } from './record-row.ts'

const warned = new Set<string>()

/**
 * Warns that a damaged row was left out of an answer; once per row in each thread.
 *
 * @param path - Of the database.
 * @param space - The number of its space there.
 */
export function warnOfDamage(path: string, space: number, [collection, id]: RawRow): void {
  const key = JSON.stringify([path, space, collection, id])
  if (warned.has(key)) return
  warned.add(key)
  warn(
    `The record ${collection}/${id} in ${path} is damaged: its checksum does not match. ` +
      'Lists and searches omit it. Rewrite it, delete it, or restore a backup.',
    'SKEIN_CORRUPT',
  )
}

/**
 * The row that takes the place of a damaged one while that is replaced or
 * removed. It keeps two things of the damaged row:
 *
 * - the label, since only principals that may see a record may replace it;
 * - a version that no earlier one exceeds, so that none is used twice. A version
 *   is seldom above its `seq`, so the higher of the two is safe whichever is damaged.
 */
export function placeholderRow(raw: RawRowAndMore, now: number): Row {
  const [collection, id, , version, seq, , , , , level, compartments] = raw
  const record = {
    collection,
    id,
    value: 'null',
    version: Math.max(plausible(version), plausible(seq)),
    seq: plausible(seq),
    author: '',
    tags: [],
    ...readableLabel(level, compartments),
    derivedFrom: [],
    createdAt: now,
    updatedAt: now,
  }
  return { record, deleted: false }
}

/** Only damage produces more than this; a little higher, numbers lose their last digits. */
const highestPlausible = 2 ** 52

function plausible(number: unknown): number {
  return typeof number === 'number' && Number.isSafeInteger(number) && number < highestPlausible
    ? Math.max(0, number)
    : 0
}
