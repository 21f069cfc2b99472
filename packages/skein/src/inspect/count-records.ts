import { Records } from '@skein/memory/runtime'
import type { View } from '@skein/memory'
import type { AnyRecord, RecordsFilter } from '@skein/memory/runtime'
import type { Collection } from '@skein/memory/store'

/** How many records of a kind there are, of those that the looker may see. */
export interface RecordCount {
  readonly collection: Collection
  readonly records: number
  /** Whether there are more, which were not counted. */
  readonly isCut: boolean
  /** What was written last. */
  readonly newest: { readonly id: string; readonly at: number; readonly author: string }
}

/** What to count, and how far. */
export interface CountOptions extends Pick<RecordsFilter, 'task' | 'tags' | 'author'> {
  readonly most: number
  readonly signal: AbortSignal
}

const pageSize = 500

/** Counts the records of each kind; kinds without any are left out. */
export async function countRecords(
  view: View,
  { most, signal, ...filter }: CountOptions,
): Promise<readonly RecordCount[]> {
  const counts: RecordCount[] = []
  for (const collection of Records.collections) {
    let records = 0
    let newest: AnyRecord | undefined
    let cursor: string | undefined
    do {
      signal.throwIfAborted()
      const page = await view.records.list({
        ...filter,
        collection,
        limit: Math.min(pageSize, most - records),
        ...(cursor !== undefined && { cursor }),
      })
      records += page.items.length
      newest ??= page.items[0]
      cursor = page.cursor
    } while (cursor !== undefined && records < most)
    if (!newest) continue
    const { id, updatedAt: at, author } = newest
    counts.push({ collection, records, isCut: cursor !== undefined, newest: { id, at, author } })
  }
  return counts
}
