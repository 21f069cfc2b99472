import { crc32 } from 'node:zlib'

import { analyzerVersion } from '@skein/memory/store'
import type { Mutation, RecordKey, StoredRecord } from '@skein/memory/store'

/** What only some records have; its line is empty for all others. */
interface Details {
  readonly tags?: readonly string[] | undefined
  readonly importance?: number | undefined
  readonly derivedFrom?: readonly string[] | undefined
  readonly terms?: readonly string[] | undefined
  /** The version of the analysis that made the terms; absent where the first one did. */
  readonly analyzer?: number | undefined
}

/** The content of the row that a mutation makes: a line of details, and the value. A touch keeps what the row has. */
export function contentOf(mutation: Mutation): string {
  switch (mutation.type) {
    case 'set': {
      const { tags, importance, derivedFrom } = mutation.meta
      const { value, terms } = mutation
      const isPlain = tags.length === 0 && derivedFrom.length === 0 && importance === undefined && terms === undefined
      return isPlain
        ? `\n${value}`
        : `${JSON.stringify({ tags, importance, derivedFrom, terms, analyzer: terms && analyzerVersion } satisfies Details)}\n${value}`
    }
    case 'delete':
      return '\nnull'
    default:
      return ''
  }
}

/** The content of a record whose value is stored in another form, without search terms. */
export function resealedContent({ tags, importance, derivedFrom }: StoredRecord, value: string): string {
  return `${JSON.stringify({ tags, importance, derivedFrom } satisfies Details)}\n${value}`
}

/** Takes a content apart. */
export function unpackContent(content: string): Details & { readonly value: string } {
  const end = content.indexOf('\n')
  const value = content.slice(end + 1)
  if (end <= 0) return { value }
  const { tags, importance, derivedFrom, terms, analyzer } = JSON.parse(content.slice(0, end)) as Details
  return { value, tags, importance, derivedFrom, terms, analyzer }
}

/** A checksum of a content and of the record that it belongs to. */
export function contentChecksum({ collection, id }: RecordKey, content: string): string {
  return crc32(`${collection}/${id}\n${content}`).toString(16)
}
