import { findRecords } from '../kinds/find-records.ts'
import { listFilter, searchKinds } from '../kinds/journal-options.ts'
import type { SearchResult } from '../kinds/journal.ts'
import type { SearchOptions } from '../kinds/observations.ts'
import { queryTerms } from '../search/query-words.ts'
import { searchableText } from '../search/searchable-text.ts'
import { snippetOf } from '../search/snippet.ts'
import type { Actor } from '../space/actor.ts'
import { requireOptions } from '../values/require-options.ts'
import { toFact } from './fact.ts'
import type { Fact } from './fact.ts'

/** Finds facts by the words of their keys and values, best match first. @throws OptionError, StoreError */
export async function searchFacts<T>(
  actor: Actor,
  text: string,
  options: SearchOptions,
): Promise<SearchResult<Fact<T>>[]> {
  const { limit = 10 } = requireOptions('facts.search', options, searchKinds)
  const found = await findRecords(actor, text, listFilter('facts', options), limit)
  const terms = queryTerms(text)
  return found.map(({ record, score }) => {
    const item = toFact<T>(record)
    return { item, score, snippet: snippetOf(searchableText([item.key, item.value]), terms) }
  })
}
