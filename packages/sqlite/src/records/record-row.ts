import { crc32 } from 'node:zlib'

import { CorruptRecordError } from '@skein/memory'
import { levels, levelIndex } from '@skein/memory/store'
import type { Change, Collection, Label, Row } from '@skein/memory/store'

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

/** The same, with what else was asked for after it. */
export type RawRowAndMore = readonly [...RawRow, ...unknown[]]

/** Packs a row, with a checksum over all that it says. */
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
 * Unpacks a row, unless it is not what was written: SQLite itself does not
 * notice a flipped bit in a value.
 */
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
    tags: parseList(tags),
    importance: importance ?? undefined,
    sensitivity,
    compartments: parseList(compartments),
    derivedFrom: parseList(sources),
    createdAt,
    updatedAt,
    expiresAt: expiresAt ?? undefined,
  }
  return { record, deleted: deleted === 1 }
}

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

/** Unpacks a row of the feed. It has no checksum: what can't be read of its label counts as the highest. */
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

/** What the newest change of an intact row must look like in the feed. */
export function feedRow(raw: RawRow): RawChange {
  const [collection, id, , version, seq, author, task, , , level, compartments, , , updatedAt, , deleted] = raw
  return [seq, collection, id, deleted, version, author, task, updatedAt, level, compartments]
}

/** The label as it stands there; the highest level for what can't be read. */
export function readableLabel(level: number, compartments: string): Label {
  return parseLabel(level, compartments) ?? { sensitivity: 'confidential', compartments: [] }
}

/** The label, unless it can't be read. */
export function parseLabel(level: number, compartments: string): Label | undefined {
  const sensitivity = levels[level]
  try {
    const names: unknown = parseList(compartments)
    const isList = Array.isArray(names) && names.every((name) => typeof name === 'string')
    return sensitivity !== undefined && isList ? { sensitivity, compartments: names } : undefined
  } catch {
    return undefined
  }
}

/** Columns before that of the checksum. */
const checked = columns.split(', ').length - 1
const bytes = new Uint8Array(8 * checked)
const numbers = new DataView(bytes.buffer)

/**
 * CRC-32 over a number for each field, and then over all texts. A text stands
 * among the numbers with its length: so it is seen where one ends.
 */
function checksumOf(fields: readonly unknown[]): number {
  let texts = ''
  for (let index = 0; index < checked; index += 1) {
    const field = fields[index]
    if (typeof field === 'string') texts += field
    // The same bytes on every machine.
    numbers.setFloat64(8 * index, numberFor(field), true)
  }
  return crc32(texts, crc32(bytes))
}

function numberFor(field: unknown): number {
  if (typeof field === 'number') return field
  if (typeof field === 'string') return field.length
  // Nothing that is written is a blob: only damage makes one.
  return field === null ? -1 : -2
}

// Most lists are empty: nothing is written or parsed for those.
function packList(list: readonly string[]): string {
  return list.length === 0 ? '[]' : JSON.stringify(list)
}

function parseList(text: string): readonly string[] {
  return text === '[]' ? [] : (JSON.parse(text) as readonly string[])
}
