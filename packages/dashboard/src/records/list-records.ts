import { OptionError } from '@skein/memory'
import type { View } from '@skein/memory'
import { Records } from '@skein/memory/runtime'
import type { AnyRecord, RecordsFilter } from '@skein/memory/runtime'
import { hasTrait } from '@skein/memory/store'
import type { Collection } from '@skein/memory/store'

import type { RecordRows } from '../protocol/protocol.ts'
import { toRow } from './record-row.ts'

/** Parameters of a list, as the page sent them. */
export interface RecordsQuery {
  /** Names, separated by commas. */
  readonly collection?: string | undefined
  readonly task?: string | undefined
  readonly tag?: string | undefined
  readonly author?: string | undefined
  readonly q?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** How many of the newest records are searched for words in collections without a search index. */
const maxScanned = 1_000

/**
 * Lists records of one collection, of several or of all, newest first; with words best
 * matches first.
 *
 * @throws OptionError, StoreError
 */
export async function listRecords({ records }: View, query: RecordsQuery): Promise<RecordRows> {
  const collections = query.collection?.split(',').map(requireCollection) ?? Records.collections
  const { limit, q, cursor } = query
  const filter = filterOf(query)
  if (q !== undefined) {
    const found = await Promise.all(
      collections.map((collection) => search(records, q, { ...filter, collection, limit })),
    )
    return { rows: found.flat().slice(0, limit).map(toRow) }
  }
  const from = cursor === undefined ? {} : { cursor }
  const pages = await Promise.all(
    collections.map((collection) => records.list({ ...filter, ...from, collection, limit })),
  )
  // Cursors are positions in the feed, so one cursor serves all collections.
  const all = pages.flatMap(({ items }) => items).toSorted((a, b) => b.seq - a.seq)
  const items = all.slice(0, limit)
  const hasMore = all.length > items.length || pages.some((page) => page.cursor !== undefined)
  const last = items.at(-1)?.seq
  return { rows: items.map(toRow), ...(hasMore && last !== undefined && { cursor: `${last}` }) }
}

async function search(records: Records, q: string, filter: RecordsFilter): Promise<readonly AnyRecord[]> {
  if (hasTrait(filter.collection, 'searchable')) return records.search(q, filter)
  const { limit = 50 } = filter
  const { items } = await records.list({ ...filter, limit: maxScanned })
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  const matches = (record: AnyRecord): boolean => {
    const text = `${record.id}\n${record.tags.join('\n')}\n${toRow(record).title}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
  return items.filter(matches).slice(0, limit)
}

function filterOf({ task, tag, author }: RecordsQuery): Omit<RecordsFilter, 'collection'> {
  return {
    include: 'all',
    ...(task !== undefined && { task }),
    ...(tag !== undefined && { tags: [tag] }),
    ...(author !== undefined && { author }),
  }
}

/** @throws OptionError when the collection does not exist or cannot be browsed. */
export function requireCollection(collection: string): Collection {
  const known = Records.collections.find((name) => name === collection)
  if (known === undefined) throw new OptionError('collection', `one of ${Records.collections.join(', ')}`, collection)
  return known
}
