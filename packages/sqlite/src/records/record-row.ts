import { CorruptRecordError } from '@skein/memory'
import { levels, levelIndex } from '@skein/memory/store'
import type { Collection, RecordKey, Row } from '@skein/memory/store'

import { packList, unpackList } from './packed-list.ts'
import { rowChecksum } from './row-checksum.ts'

/** The columns of a record, in the order in which every statement names them. */
export const columns =
  'collection, id, value, version, seq, author, task, tags, importance, level, compartments, sources, created_at, updated_at, expires_at, deleted, checksum'

/** A row as better-sqlite3 gives and takes it in raw mode. */
export type RawRow = [
  collection: Collection,
  id: string,
  value: string,
  version: number,
  seq: number,
  author: string,
  task: string | null,
  tags: string,
  importance: number | null,
  level: number,
  compartments: string,
  sources: string,
  createdAt: number,
  updatedAt: number,
  expiresAt: number | null,
  deleted: number,
  checksum: number,
]

/** A row that is followed by other columns. */
export type RawRowAndMore = readonly [...RawRow, ...unknown[]]

/** The checksum over all columns before its own. */
const checksumOf = rowChecksum(columns.split(', ').length - 1)

/** Packs a row, with a checksum over all other columns. */
export function packRow({ record, deleted }: Row): RawRow {
  const fields = [
    record.collection,
    record.id,
    record.value,
    record.version,
    record.seq,
    record.author,
    record.task ?? null,
    packList(record.tags),
    record.importance ?? null,
    levelIndex(record.sensitivity),
    packList(record.compartments),
    packList(record.derivedFrom),
    record.createdAt,
    record.updatedAt,
    record.expiresAt ?? null,
    deleted ? 1 : 0,
  ] as const
  return [...fields, checksumOf(fields)]
}

/**
 * Unpacks a row.
 *
 * @throws CorruptRecordError when it is damaged.
 */
export function unpackRow(raw: RawRowAndMore): Row {
  const row = unpackIntact(raw)
  if (row) return row
  const [collection, id] = raw
  throw new CorruptRecordError('read', `The record ${collection}/${id} is damaged: its checksum does not match.`)
}

/**
 * Checks that a row that was looked up by its key is that key's: a damaged index may lead to another record, which is
 * intact itself.
 *
 * @throws CorruptRecordError
 */
export function requireSameKey<Found extends Row>(row: Found, { collection, id }: RecordKey): Found {
  if (row.record.collection === collection && row.record.id === id) return row
  throw new CorruptRecordError('read', `The index of ${collection}/${id} is damaged: it points to another record.`)
}

/** Unpacks a row; `undefined` if it is damaged. SQLite itself does not notice a flipped bit in a value. */
export function unpackIntact(raw: RawRowAndMore): Row | undefined {
  const [collection, id, value, version, seq, author, task, tags, importance, level, compartments, sources] = raw
  const [, , , , , , , , , , , , createdAt, updatedAt, expiresAt, deleted, checksum] = raw
  const sensitivity = levels[level]
  if (checksumOf(raw) !== checksum || sensitivity === undefined) return undefined
  const record = {
    collection,
    id,
    value,
    version,
    seq,
    author,
    task: task ?? undefined,
    tags: unpackList(tags),
    importance: importance ?? undefined,
    sensitivity,
    compartments: unpackList(compartments),
    derivedFrom: unpackList(sources),
    createdAt,
    updatedAt,
    expiresAt: expiresAt ?? undefined,
  }
  return { record, deleted: deleted === 1 }
}
