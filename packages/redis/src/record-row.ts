import { createHash } from 'node:crypto'

import { CorruptRecordError, labelText, parseLabel } from '@skein/memory'
import type { Change, Mutation, RecordKey, RecordMeta, Row, StoredRecord } from '@skein/memory'

/** What the content of a row says beside its value. */
type Content = Pick<RecordMeta, 'author' | 'tags' | 'importance' | 'derivedFrom'> & {
  readonly value: string
  readonly terms?: readonly string[] | undefined
}

/** A mutation as the script takes it. */
interface ScriptMutation {
  readonly op: Mutation['type']
  readonly c: string
  readonly id: string
  readonly ifv?: number | undefined
  readonly asv?: number | undefined
  readonly over?: string | undefined
  readonly guard?: { readonly c: string; readonly id: string; readonly v: number } | undefined
  readonly label?: string | undefined
  readonly task?: string | undefined
  readonly author?: string | undefined
  readonly ttl?: number | undefined
  /** JSON in JSON: the script stores it as it is. */
  readonly indexes?: string | undefined
}

/** Turns a mutation into what the script takes. */
export function packMutation(mutation: Mutation): ScriptMutation {
  const { type: op, key, ifVersion: ifv, guard, over } = mutation
  const condition = {
    ifv,
    over: over && labelText(over),
    guard: guard && { c: guard.key.collection, id: guard.key.id, v: guard.version },
  }
  const base = { op, c: key.collection, id: key.id, ...condition }
  switch (mutation.type) {
    case 'set': {
      const { meta, ttlMs: ttl, asVersion: asv } = mutation
      const label = labelText({ level: meta.sensitivity, compartments: meta.compartments })
      const indexes = JSON.stringify(indexesOf(meta))
      return { ...base, asv, label, task: packTask(meta.task), author: meta.author, ttl, indexes }
    }
    case 'delete':
      return { ...base, author: mutation.author }
    case 'touch':
      return { ...base, ttl: mutation.ttlMs }
    case 'reseal':
      return base
  }
}

/** The content that goes with a mutation. */
export function packContent(mutation: Mutation): string {
  switch (mutation.type) {
    case 'set': {
      const { author, tags, importance, derivedFrom } = mutation.meta
      const { value, terms } = mutation
      return JSON.stringify({ author, tags, importance, derivedFrom, value, terms } satisfies Content)
    }
    case 'delete':
      return JSON.stringify({ author: mutation.author, tags: [], derivedFrom: [], value: 'null' } satisfies Content)
    default:
      return ''
  }
}

/** The content of a row with another form of its value, in no search index. */
export function resealedContent({ author, tags, importance, derivedFrom }: StoredRecord, value: string): string {
  return JSON.stringify({ author, tags, importance, derivedFrom, value } satisfies Content)
}

/** By what a record may be looked for, each a sorted set of ids by `seq`. */
export function indexesOf({ task, author, tags, derivedFrom }: RecordMeta): string[] {
  return [
    '',
    ...(task === undefined ? [] : [`t:${task}`]),
    `a:${author}`,
    ...tags.map((tag) => `g:${tag}`),
    ...derivedFrom.map((source) => `s:${source}`),
  ]
}

/** A row as it was read. */
export interface UnpackedRow extends Row {
  readonly terms: readonly string[] | undefined
}

const head = /^([0-9a-f]{8}) (\d+) (\d+) (\d+) (\d+) (\d+) ([01]) (\S+) (\S+)\n/

/**
 * Unpacks a row.
 *
 * @throws CorruptRecordError when it is not what was written.
 */
export function unpackRow({ collection, id }: RecordKey, text: string): UnpackedRow {
  const parts = head.exec(text)
  if (!parts || createHash('sha1').update(text.slice(9)).digest('hex').slice(0, 8) !== parts[1]) {
    throw new CorruptRecordError('read', `The record ${collection}/${id} is damaged: its check sum does not match.`)
  }
  const [version = 0, seq = 0, createdAt = 0, updatedAt = 0, expiresAt = 0] = parts.slice(2, 7).map(Number)
  const content = JSON.parse(text.slice(text.indexOf('\n', parts[0].length) + 1)) as Content
  const { author, tags, importance, derivedFrom, value, terms } = content
  const record: StoredRecord = {
    collection,
    id,
    value,
    version,
    seq,
    author,
    task: unpackTask(parts[9] ?? '-'),
    tags,
    importance,
    ...parseLabel(parts[8] ?? ''),
    derivedFrom,
    createdAt,
    updatedAt,
    expiresAt: expiresAt === 0 ? undefined : expiresAt,
  }
  return { record, deleted: parts[7] === '1', terms }
}

/** Unpacks a change from the names and values that the script writes. */
export function unpackChange(seq: number, fields: readonly string[]): Change {
  const named = Object.fromEntries(
    Array.from({ length: fields.length / 2 }, (_, index) => fields.slice(index * 2, index * 2 + 2)),
  ) as Readonly<Record<string, string>>
  const { collection, id = '', op, version, author = '', task = '-', at, label = '' } = named
  return {
    seq,
    collection: collection as Change['collection'],
    id,
    op: op as Change['op'],
    version: Number(version),
    author,
    task: unpackTask(task),
    at: Number(at),
    ...parseLabel(label),
  }
}

function packTask(task: string | undefined): string {
  // A task may be named "-" too.
  return task === undefined ? '-' : `=${encodeURIComponent(task)}`
}

function unpackTask(text: string): string | undefined {
  return text === '-' ? undefined : decodeURIComponent(text.slice(1))
}
