import type { Row } from '@skein/memory/store'

import { readableLabel } from './record-row.ts'
import type { RawRow, RawRowAndMore } from './record-row.ts'

const warned = new Set<string>()

/**
 * Warns of a damaged row that was left out of an answer; once per row in each thread.
 *
 * @param path - Of the database.
 * @param space - The number of its space there.
 */
export function warnOfDamage(path: string, space: number, [collection, id]: RawRow): void {
  const key = JSON.stringify([path, space, collection, id])
  if (warned.has(key)) return
  warned.add(key)
  process.emitWarning(
    `The record ${collection}/${id} in ${path} is damaged: its checksum does not match. ` +
      'Lists and searches leave it out. Write it anew, delete it, or restore a backup.',
    { type: 'SkeinWarning', code: 'SKEIN_CORRUPT' },
  )
}

/**
 * What stands in for a damaged row while it is replaced or removed. Little of
 * what the row says is taken over: its label, since who may not see a record
 * may not replace it either; and that no version is used twice. A version is
 * seldom above its `seq`, so the higher of the two is a safe start whichever
 * was damaged.
 */
export function standIn(raw: RawRowAndMore, now: number): Row {
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

/** Beyond this only damage reaches, and soon after it numbers lose their last digits. */
const highestPlausible = 2 ** 52

function plausible(number: unknown): number {
  return typeof number === 'number' && Number.isSafeInteger(number) && number < highestPlausible
    ? Math.max(0, number)
    : 0
}
