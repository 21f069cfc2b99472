import { asHeld, withdrawnMark } from '@skein/memory/store'
import type { Change, Collection } from '@skein/memory/store'

import { readableLabel } from './packed-label.ts'
import { packList } from './packed-list.ts'
import type { RawRow } from './record-row.ts'

/** The columns of the feed, in their order in the table. */
export const changeColumns = 'seq, collection, id, deleted, version, author, task, at, level, compartments'

/** A row of the feed in raw mode. */
export type RawChange = [
  seq: number,
  collection: Collection,
  id: string,
  deleted: number,
  version: number,
  author: string,
  task: string | null,
  at: number,
  level: number,
  compartments: string,
]

/** Unpacks a row of the feed. It has no checksum: a label that can't be decoded counts as the highest. */
export function unpackChange(raw: RawChange): Change {
  const [seq, collection, id, deleted, version, author, task, at, level, compartments] = raw
  return {
    seq,
    collection,
    id,
    op: deleted === 1 ? 'delete' : 'set',
    version,
    author,
    task: task ?? undefined,
    at,
    ...readableLabel(level, compartments),
  }
}

/** The row of the feed that the newest change of an intact record must have. */
export function changeRowOf(raw: RawRow): RawChange {
  const [collection, id, , version, seq, author, task, , , level, compartments, , , updatedAt, , deleted] = raw
  return [seq, collection, id, deleted, version, author, task, updatedAt, level, heldCompartments(level, compartments)]
}

/** A record may have been withdrawn since its newest change, of which the feed has no entry. */
function heldCompartments(level: number, compartments: string): string {
  if (!compartments.includes(withdrawnMark)) return compartments
  return packList(asHeld(readableLabel(level, compartments)).compartments)
}
