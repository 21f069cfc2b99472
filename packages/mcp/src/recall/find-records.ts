import { OptionError } from '@skein/memory'
import type { View } from '@skein/memory'
import { hasTrait, collectionsWith } from '@skein/memory/store'
import type { CollectionWith } from '@skein/memory/store'

import { gistOf } from '../session/quote.ts'
import type { Gist } from '../session/quote.ts'
import type { RecallFilter } from './recall-filter.ts'

/**
 * Finds entries by words. Scores of different kinds can't be compared, so the kinds take turns: the best of each, then
 * the second of each.
 */
export async function findRecords(
  view: View,
  query: string,
  { kind, task, cursor }: RecallFilter,
  limit: number,
): Promise<{ readonly items: readonly Gist[] }> {
  if (cursor !== undefined)
    throw new OptionError('cursor', 'It continues a list. A search has no next page: raise limit.')
  if (kind !== undefined && !hasTrait(kind, 'searchable')) {
    throw new OptionError('kind', `one that can be searched: ${collectionsWith('searchable').join(', ')}`, kind)
  }
  const kinds = kind === undefined ? collectionsWith('searchable') : [kind]
  const filter = { limit, ...(task !== undefined && { task }) }
  const found = await Promise.all(kinds.map((one) => searchOne(view, one, query, filter)))
  const ranked = Array.from({ length: limit }, (_, rank) => found.flatMap((list) => list[rank] ?? []))
  return { items: ranked.flat().slice(0, limit) }
}

/** Observations come with the passage that matched; the other kinds are short. */
async function searchOne(
  view: View,
  collection: CollectionWith<'searchable'>,
  query: string,
  filter: { readonly limit: number; readonly task?: string },
): Promise<readonly Gist[]> {
  if (collection !== 'observations') {
    const found = await view.records.search(query, { ...filter, collection })
    return found.map((record) => gistOf(record))
  }
  const found = await view.observations.search(query, filter)
  return found.map(({ item, snippet }) =>
    gistOf({ ...item, collection, updatedAt: item.createdAt }, snippet === '' ? undefined : snippet),
  )
}
