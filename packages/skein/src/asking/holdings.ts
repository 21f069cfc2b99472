import type { View } from '@skein/memory'
import { collectionsWith } from '@skein/memory/store'

import type { HeldDocument } from './held-text.ts'

/** The contents of a memory that answer questions, as far as the asker's clearance covers them. */
export interface Holdings {
  /** As they were given. */
  readonly files: readonly string[]
  /** Of each collection that has any, how many records; at most 1,000, and whether there are more. */
  readonly records: readonly { readonly collection: string; readonly count: number; readonly isMore: boolean }[]
}

const maxCounted = 1_000

/** Counts what can be asked about. */
export async function holdingsOf(view: View, documents: readonly HeldDocument[]): Promise<Holdings> {
  const collections = ['facts', ...collectionsWith('searchable')] as const
  const pages = await Promise.all(
    collections.map(async (collection) => {
      const { items, cursor } = await view.records.list({ collection, limit: maxCounted })
      return { collection, count: items.length, isMore: cursor !== undefined }
    }),
  )
  return { files: documents.map(({ source }) => source), records: pages.filter(({ count }) => count > 0) }
}
