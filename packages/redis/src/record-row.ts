import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'

import { CorruptRecordError } from '@skein/memory'
import { labelText, parseLabel } from '@skein/memory/store'
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
} from '@skein/memory/store'

import type { mutationArguments } from './write-script.ts'

/** What a row says beside its head and its value, for a record that is more than plain. */
interface Details {
  readonly tags?: readonly string[] | undefined
  readonly importance?: number | undefined
  readonly derivedFrom?: readonly string[] | undefined
  readonly terms?: readonly string[] | undefined
}

/**
 * The arguments that the script takes for a mutation, see `mutationArguments`.
 *
 * @param content - Of {@link packContent}; the script keeps what is there when it is a touch.
 * @param left - How many mutations of its batch are left with it.
 */
export function packMutation(mutation: Mutation, content: string, left: number): string[] {
  const { type, key, ifVersion, guard, over } = mutation
  const { collection, id } = key
  const isSet = type === 'set'
  const asVersion = isSet ? mutation.asVersion : undefined
  const ttlMs = isSet || type === 'touch' ? mutation.ttlMs : undefined
  const author = isSet ? mutation.meta.author : type === 'delete' ? mutation.author : ''
  const conditions = asVersion === undefined && guard === undefined ? '' : ` ${conditionsText(asVersion, guard)}`
  const told =
    `${left} ${type} ${collection} ${over ? packLabel(over.level, over.compartments) : '-'} ${ifVersion ?? '-'} ` +
    `${ttlMs ?? '-'} ${isSet ? indexesOf(collection, mutation.meta) : '-'} ${sumOf(key, content)} ` +
    `${isSet ? packLabel(mutation.meta.sensitivity, mutation.meta.compartments) : '-'} ` +
    `${isSet ? packTask(mutation.meta.task) : '-'} ${encoded(author)} ${encoded(id)}${conditions}`
  return [told, content] satisfies Tuple<typeof mutationArguments>
}

/** As many texts as there are names. */
type Tuple<Names extends readonly string[]> = { -readonly [Index in keyof Names]: string }

function conditionsText(asVersion: number | undefined, guard: Guard | undefined): string {
  return `${asVersion ?? '-'} ${guard ? `${guard.version} ${guard.key.collection} ${guard.key.id}` : '- - '}`
}

/** The content that goes with a mutation: a line of details, which is empty for a plain record, and the value. */
export function packContent(mutation: Mutation): string {
  switch (mutation.type) {
    case 'set': {
      const { tags, importance, derivedFrom } = mutation.meta
      const { value, terms } = mutation
      const isPlain = tags.length === 0 && derivedFrom.length === 0 && importance === undefined && terms === undefined
      return isPlain
        ? `\n${value}`
        : `${JSON.stringify({ tags, importance, derivedFrom, terms } satisfies Details)}\n${value}`
    }
    case 'delete':
      return '\nnull'
    default:
      return ''
  }
}

/** The content of a row with another form of its value, in no search index. */
export function resealedContent({ tags, importance, derivedFrom }: StoredRecord, value: string): string {
  return `${JSON.stringify({ tags, importance, derivedFrom } satisfies Details)}\n${value}`
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

const head = /^([0-9a-f]{8}) ((\d+) (\d+) (\d+) (\d+) (\d+) ([01]) (\S+) (\S+) (\S*) ([0-9a-f]+)\n[^\n]*)\n/

/**
 * Unpacks a row.
 *
 * @throws CorruptRecordError when it is not what was written under this key.
 */
export function unpackRow(key: RecordKey, text: string): UnpackedRow {
  const parts = head.exec(text)
  const content = text.slice(parts?.[0].length ?? 0)
  const { collection, id } = key
  if (!parts || hash('sha1', parts[2] ?? '').slice(0, 8) !== parts[1] || sumOf(key, content) !== parts[12]) {
    throw new CorruptRecordError('read', `The record ${collection}/${id} is damaged: its check sum does not match.`)
  }
  const [, , , version, seq, createdAt, updatedAt, expires, deleted, label = '', task = '', author = ''] = parts
  const end = content.indexOf('\n')
  const {
    tags = [],
    importance,
    derivedFrom = [],
    terms,
  } = end > 0 ? (JSON.parse(content.slice(0, end)) as Details) : {}
  const record: StoredRecord = {
    collection,
    id,
    value: content.slice(end + 1),
    version: Number(version),
    seq: Number(seq),
    author: decoded(author),
    task: unpackTask(task),
    tags,
    importance,
    ...unpackLabel(label),
    derivedFrom,
    createdAt: Number(createdAt),
    updatedAt: Number(updatedAt),
    expiresAt: expires === '0' ? undefined : Number(expires),
  }
  return { record, deleted: deleted === '1', terms }
}

/** A check sum of a content and of where it belongs. */
function sumOf({ collection, id }: RecordKey, content: string): string {
  return crc32(`${collection}/${id}\n${content}`).toString(16)
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
  return task === undefined ? '-' : `=${encoded(task)}`
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

function encoded(text: string): string {
  return plainText.test(text) ? text : encodeURIComponent(text)
}

/** Nothing but what can be seen, and no percent sign. */
const plainText = /^[!-$&-~]*$/

function decoded(text: string): string {
  return text.includes('%') ? decodeURIComponent(text) : text
}
