import { hash } from 'node:crypto'

import type { RecordKey, Row, StoredRecord } from '@skein/memory/store'

import { contentChecksum, unpackContent } from './row-content.ts'
import { decodeLabel, decodeName, decodeTask } from './row-fields.ts'
import { unreadableRow } from './row-format.ts'

/** A row as it was read. */
export interface UnpackedRow extends Row {
  readonly terms: readonly string[] | undefined
  /** The version of the analysis that made the terms; absent where the first one did. */
  readonly analyzer?: number | undefined
}

// As lua/write.lua writes them, with and without a mark of their format.
const beginning =
  /^(?:v[45678] )?([0-9a-f]{8}) ((\d+) (\d+) (\d+) (\d+) (\d+) ([01]) (\S+) (\S+) (\S*) ([0-9a-f]+)(?:\.([0-9a-f]{40}))?(?: \d+)?\n[^\n]*)\n/

/**
 * Unpacks a row.
 *
 * @throws CorruptRecordError when it is not what was written under this key; StoreFormatError when it is of a newer
 * format.
 */
export function unpackRow(key: RecordKey, text: string): UnpackedRow {
  const fields = beginning.exec(text)
  const content = text.slice(fields?.[0].length ?? 0)
  if (
    !fields ||
    hash('sha1', fields[2] ?? '').slice(0, 8) !== fields[1] ||
    contentChecksum(key, content) !== fields[12]
  ) {
    throw unreadableRow('read', key, text)
  }
  const [, , , version, seq, createdAt, updatedAt, expires, deleted, label = '', task = '', author = ''] = fields
  const positionTag = fields[13]
  const { value, tags = [], importance, derivedFrom = [], terms, analyzer } = unpackContent(content)
  const record: StoredRecord = {
    collection: key.collection,
    id: key.id,
    value: positionTag === undefined ? value : `${value}.${positionTag}`,
    version: Number(version),
    seq: Number(seq),
    author: decodeName(author),
    task: decodeTask(task),
    tags,
    importance,
    ...decodeLabel(label),
    derivedFrom,
    createdAt: Number(createdAt),
    updatedAt: Number(updatedAt),
    expiresAt: expires === '0' ? undefined : Number(expires),
  }
  return { record, deleted: deleted === '1', terms, analyzer }
}

/** The first two lines of a row, with the line break after them. */
export function beginningOfRow(text: string): string {
  return beginning.exec(text)?.[0] ?? ''
}

/** Which sorted sets list a row, and under which scores. */
export interface RowListing {
  readonly seq: number
  /** Unix milliseconds; 0 if it never expires. */
  readonly expires: number
  /** Suffixes of the indexes. */
  readonly indexes: readonly string[]
}

/** Reads from an intact row where it is listed. */
export function listingOf(text: string): RowListing {
  const [, , head = '', , seq, , , expires] = beginning.exec(text) ?? []
  const indexes = head.slice(head.indexOf('\n') + 1)
  return { seq: Number(seq), expires: Number(expires), indexes: indexes === '' ? [] : indexes.split(',') }
}
