import { Records } from '@skein/memory/runtime'
import type { View } from '@skein/memory'
import type { AnyRecord, RecordsFilter } from '@skein/memory/runtime'
import type { Collection } from '@skein/memory/store'

/** The number of records of a collection that a view may see. */
export interface RecordCount {
  readonly collection: Collection
  readonly records: number
  /** Whether counting stopped at the limit. */
  readonly isCut: boolean
  /** The record written last. */
  readonly newest: { readonly id: string; readonly at: number; readonly author: string }
}

/** Options of {@link countRecords}. */
export interface CountOptions extends Pick<RecordsFilter, 'task' | 'tags' | 'author'> {
  /** Where counting stops in each collection. */
  readonly limit: number
  readonly signal: AbortSignal
}

const pageSize = 500

/** Counts the records of each collection, without empty collections. */
export async function countRecords(
  view: View,
  { limit, signal, ...filter }: CountOptions,
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
        limit: Math.min(pageSize, limit - records),
        ...(cursor !== undefined && { cursor }),
      })
      records += page.items.length
      newest ??= page.items[0]
      cursor = page.cursor
    } while (cursor !== undefined && records < limit)
    if (!newest) continue
    const { id, updatedAt: at, author } = newest
    counts.push({ collection, records, isCut: cursor !== undefined, newest: { id, at, author } })
  }
  return counts
}
