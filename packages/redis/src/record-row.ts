import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'

import { CorruptRecordError, labelText, parseLabel } from '@skein/memory'
import type {
  Change,
  Collection,
  Guard,
  Label,
  Mutation,
  RecordKey,
  RecordMeta,
  Row,
  Seq,
  StoredRecord,
} from '@skein/memory'

import type { mutationArguments } from './write-script.ts'

/** What the content of a row says beside its value. */
type Content = Pick<RecordMeta, 'author' | 'tags' | 'importance' | 'derivedFrom'> & {
  readonly value: string
  readonly terms?: readonly string[] | undefined
}

/**
 * The arguments that the script takes for a mutation, see `mutationArguments`.
 *
 * @param content - For a new seal, which only changes the value of what the store knows.
 */
export function packMutation(mutation: Mutation, content: string): string[] {
  const { type, key, ifVersion, guard, over } = mutation
  const isSet = type === 'set'
  const asVersion = isSet ? mutation.asVersion : undefined
  const ttlMs = isSet || type === 'touch' ? mutation.ttlMs : undefined
  const author = isSet ? mutation.meta.author : type === 'delete' ? mutation.author : ''
  const told = [
    type,
    key.collection,
    over ? packLabel(over.level, over.compartments) : '-',
    ifVersion ?? '-',
    ttlMs ?? '-',
    isSet ? indexesOf(key.collection, mutation.meta) : '-',
    isSet ? packLabel(mutation.meta.sensitivity, mutation.meta.compartments) : '-',
    isSet ? packTask(mutation.meta.task) : '-',
    sumOf(content),
    encodeURIComponent(author),
    encodeURIComponent(key.id),
  ].join(' ')
  const hasConditions = asVersion !== undefined || guard !== undefined
  const conditions = hasConditions ? `${asVersion ?? '-'} ${guard ? guardText(guard) : '- - '}` : ''
  return [told, key.id, conditions, content] satisfies Tuple<typeof mutationArguments>
}

/** As many texts as there are names. */
type Tuple<Names extends readonly string[]> = { -readonly [Index in keyof Names]: string }

function guardText({ key, version }: Guard): string {
  return `${version} ${key.collection} ${key.id}`
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

/** By what a record may be looked for: suffixes of sorted sets of ids by `seq`, parted by commas. */
function indexesOf(collection: Collection, { task, author, tags, derivedFrom }: RecordMeta): string {
  let indexes: string = allOf
  if (task !== undefined) indexes += `,${indexName('t', task)}`
  if (isListedByAuthor(collection)) indexes += `,${indexName('a', author)}`
  for (const tag of tags) indexes += `,${indexName('g', tag)}`
  for (const source of derivedFrom) indexes += `,${indexName('s', source)}`
  return indexes
}

/** Whether records are often asked for by their author: the journals are. Of others all are looked through then. */
export function isListedByAuthor(collection: Collection): boolean {
  return collection === 'observations' || collection === 'decisions' || collection === 'learnings'
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

const head = /^([0-9a-f]{8}) ((\d+) (\d+) (\d+) (\d+) (\d+) ([01]) (\S+) (\S+) ([0-9a-f]+)\n[^\n]*)\n/

/**
 * Unpacks a row.
 *
 * @throws CorruptRecordError when it is not what was written.
 */
export function unpackRow({ collection, id }: RecordKey, text: string): UnpackedRow {
  const parts = head.exec(text)
  const json = text.slice(parts?.[0].length ?? 0)
  if (!parts || hash('sha1', parts[2] ?? '').slice(0, 8) !== parts[1] || sumOf(json) !== parts[11]) {
    throw new CorruptRecordError('read', `The record ${collection}/${id} is damaged: its check sum does not match.`)
  }
  const [version = 0, seq = 0, createdAt = 0, updatedAt = 0, expiresAt = 0] = parts.slice(3, 8).map(Number)
  const content = JSON.parse(json) as Content
  const { author, tags, importance, derivedFrom, value, terms } = content
  const record: StoredRecord = {
    collection,
    id,
    value,
    version,
    seq,
    author,
    task: unpackTask(parts[10] ?? '-'),
    tags,
    importance,
    ...unpackLabel(parts[9] ?? ''),
    derivedFrom,
    createdAt,
    updatedAt,
    expiresAt: expiresAt === 0 ? undefined : expiresAt,
  }
  return { record, deleted: parts[8] === '1', terms }
}

/** A check sum of a content. */
function sumOf(content: string): string {
  return crc32(content).toString(16)
}

/**
 * Unpacks what was changed together, as the script writes it.
 *
 * @param last - The `seq` of the last of them; the others come right before it.
 */
export function unpackChanges(last: Seq, text: string): Change[] {
  const lines = text.split('\n')
  return lines.map((line, index) => unpackChange(last - lines.length + 1 + index, line))
}

function unpackChange(seq: Seq, text: string): Change {
  const [op, collection, version, at, label = '', task = '-', author = '', id = ''] = text.split(' ')
  const { sensitivity, compartments } = unpackLabel(label)
  return {
    seq,
    collection: collection as Change['collection'],
    id: decoded(id),
    op: op as Change['op'],
    version: Number(version),
    author: decoded(author),
    task: unpackTask(task),
    at: Number(at),
    sensitivity,
    compartments,
  }
}

function packTask(task: string | undefined): string {
  // A task may be named "-" too.
  return task === undefined ? '-' : `=${encodeURIComponent(task)}`
}

function unpackTask(text: string): string | undefined {
  return text === '-' ? undefined : decoded(text.slice(1))
}

// Most labels and names are plain, and copies in other processes count as true until this is done.

function packLabel(level: Label['sensitivity'], compartments: readonly string[]): string {
  return compartments.length === 0 ? level : labelText({ level, compartments })
}

function unpackLabel(text: string): Label {
  return text === 'public' ? { sensitivity: 'public', compartments: [] } : parseLabel(text)
}

function decoded(text: string): string {
  return text.includes('%') ? decodeURIComponent(text) : text
}
