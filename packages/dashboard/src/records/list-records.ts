import { OptionError } from '@skein/memory'
import { Records } from '@skein/memory/runtime'
import type { View } from '@skein/memory'
import type { AnyRecord, RecordsFilter } from '@skein/memory/runtime'
import type { Collection } from '@skein/memory/store'

import type { RecordRows } from '../protocol/protocol.ts'
import { toRow } from './record-row.ts'

/** What a list is asked for; all texts as they came. */
export interface RecordsAsked {
  readonly collection?: string | undefined
  readonly task?: string | undefined
  readonly tag?: string | undefined
  readonly author?: string | undefined
  readonly q?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** Kinds of record that the memory finds words in. */
const indexed: ReadonlySet<string> = new Set(['observations', 'decisions', 'learnings'])
/** Of other kinds so many of the newest are looked through for a word. */
const mostLooked = 1_000

/**
 * Records of one kind or of all, the newest first; with words the best first.
 *
 * @throws OptionError, StoreError
 */
export async function listRecords({ records }: View, asked: RecordsAsked): Promise<RecordRows> {
  const collections = asked.collection === undefined ? Records.collections : [requireCollection(asked.collection)]
  const { limit, q, cursor } = asked
  const filter = filterOf(asked)
  if (q !== undefined) {
    const found = await Promise.all(collections.map((collection) => find(records, q, { ...filter, collection, limit })))
    return { rows: found.flat().slice(0, limit).map(toRow) }
  }
  const from = cursor === undefined ? {} : { cursor }
  const pages = await Promise.all(
    collections.map((collection) => records.list({ ...filter, ...from, collection, limit })),
  )
  // Cursors are places in the feed, the same for all kinds.
  const all = pages.flatMap(({ items }) => items).toSorted((a, b) => b.seq - a.seq)
  const items = all.slice(0, limit)
  const hasMore = all.length > items.length || pages.some((page) => page.cursor !== undefined)
  const last = items.at(-1)?.seq
  return { rows: items.map(toRow), ...(hasMore && last !== undefined && { cursor: `${last}` }) }
}

async function find(records: Records, q: string, filter: RecordsFilter): Promise<readonly AnyRecord[]> {
  if (indexed.has(filter.collection)) return records.search(q, filter)
  const { limit = 50 } = filter
  const { items } = await records.list({ ...filter, limit: mostLooked })
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  const holds = (record: AnyRecord): boolean => {
    const text = `${record.id}\n${record.tags.join('\n')}\n${toRow(record).title}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
  return items.filter(holds).slice(0, limit)
}

function filterOf({ task, tag, author }: RecordsAsked): Omit<RecordsFilter, 'collection'> {
  return {
    ...(task !== undefined && { task }),
    ...(tag !== undefined && { tags: [tag] }),
    ...(author !== undefined && { author }),
  }
}

/** @throws OptionError when there is no such kind of record to look at. */
export function requireCollection(collection: string): Collection {
  const known = Records.collections.find((name) => name === collection)
  if (known === undefined) throw new OptionError('collection', Records.collections.join(', '), collection)
  return known
}
