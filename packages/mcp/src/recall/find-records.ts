import { OptionError } from '@skein/memory'
import type { View } from '@skein/memory'
import { Records, snippetOf } from '@skein/memory/runtime'
import { queryTerms } from '@skein/memory/store'

import { gistOf, textOf } from '../session/quote.ts'
import type { Gist } from '../session/quote.ts'
import type { RecallFilter } from './recall-filter.ts'

/** Finds records by words, each with the passage that matched. */
export async function findRecords(
  view: View,
  query: string,
  { kind, task, cursor }: RecallFilter,
  limit: number,
): Promise<{ readonly items: readonly Gist[] }> {
  if (cursor !== undefined)
    throw new OptionError('cursor', 'It continues a list. A search has no next page: raise limit.')
  if (kind !== undefined && !Records.searched.includes(kind)) {
    throw new OptionError('kind', `one that can be searched: ${Records.searched.join(', ')}`, kind)
  }
  const filter = { limit, ...(kind !== undefined && { collection: kind }), ...(task !== undefined && { task }) }
  const found = await view.records.search(query, filter)
  const terms = queryTerms(query)
  return { items: found.map((record) => gistOf(record, snippetOf(textOf(record.value), terms))) }
}
