import { createHash } from 'node:crypto'

import { CorruptRecordError, labelText, parseLabel } from '@skein/memory'
import type { Change, Mutation, RecordKey, RecordMeta, Row, StoredRecord } from '@skein/memory'

import { mutationArguments } from './write-script.ts'

type SetMutation = Extract<Mutation, { type: 'set' }>

/** What the content of a row says beside its value. */
type Content = Pick<RecordMeta, 'author' | 'tags' | 'importance' | 'derivedFrom'> & {
  readonly value: string
  readonly terms?: readonly string[] | undefined
}

/**
 * The arguments that the script takes for a mutation.
 *
 * @param content - For a new seal, which only changes the value of what the store knows.
 */
export function packMutation(mutation: Mutation, content: string): string[] {
  const { key, guard, over } = mutation
  const { meta, ttlMs, asVersion } = {
    meta: undefined,
    ttlMs: undefined,
    asVersion: undefined,
    ...mutation,
  } as Partial<SetMutation>
  const label = meta && labelText({ level: meta.sensitivity, compartments: meta.compartments })
  const author = mutation.type === 'delete' ? mutation.author : meta?.author
  const told: Record<(typeof mutationArguments)[number], string | number | undefined> = {
    op: mutation.type,
    collection: key.collection,
    id: key.id,
    encodedId: encodeURIComponent(key.id),
    author: author === undefined ? undefined : encodeURIComponent(author),
    task: packTask(meta?.task),
    ifVersion: mutation.ifVersion,
    asVersion,
    over: over && labelText(over),
    guardCollection: guard?.key.collection,
    guardId: guard?.key.id,
    guardVersion: guard?.version,
    label,
    ttlMs,
    indexes: meta && indexesOf(meta).join(' '),
    content,
  }
  return mutationArguments.map((name) => String(told[name] ?? ''))
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

/** By what a record may be looked for: suffixes of sorted sets of ids by `seq`. */
function indexesOf({ task, author, tags, derivedFrom }: RecordMeta): string[] {
  return [
    allOf,
    ...(task === undefined ? [] : [indexName('t', task)]),
    indexName('a', author),
    ...tags.map((tag) => indexName('g', tag)),
    ...derivedFrom.map((source) => indexName('s', source)),
  ]
}

/** The suffix of the index of a whole collection. */
export const allOf = '*'

/** The suffix of an index: by task (t), author (a), tag (g) or source (s). */
export function indexName(kind: 't' | 'a' | 'g' | 's', name: string): string {
  return `${kind}:${encodeURIComponent(name)}`
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

/** Unpacks a change as the script writes it. */
export function unpackChange(seq: number, text: string): Change {
  const [op, collection, version, at, label = '', task = '-', author = '', id = ''] = text.split(' ')
  return {
    seq,
    collection: collection as Change['collection'],
    id: decodeURIComponent(id),
    op: op as Change['op'],
    version: Number(version),
    author: decodeURIComponent(author),
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
