import { findBy } from '../kinds/find-by.ts'
import { listFilter, searchKinds } from '../kinds/journal-options.ts'
import type { SearchResult } from '../kinds/journal.ts'
import type { ObservationSearchOptions } from '../kinds/observations.ts'
import { queryTerms } from '../search/query-words.ts'
import { searchableText } from '../search/searchable-text.ts'
import { snippetOf } from '../search/snippet.ts'
import type { Actor } from '../space/actor.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'
import { toFact } from './fact.ts'
import type { Fact } from './fact.ts'

const factSearchKinds: OptionKinds<ObservationSearchOptions> = { ...searchKinds, by: 'any' }

/**
 * Finds facts by the words or the meaning of their keys and values, best match first.
 *
 * @throws OptionError, StoreError; EmbedderError, AccessError if it names `by`.
 */
export async function searchFacts<T>(
  actor: Actor,
  text: string,
  options: ObservationSearchOptions,
): Promise<SearchResult<Fact<T>>[]> {
  const { limit = 10, by } = requireOptions('facts.search', options, factSearchKinds)
  const found = await findBy(actor, text, listFilter('facts', options), limit, { by })
  const terms = queryTerms(text)
  return found.map(({ record, score }) => {
    const item = toFact<T>(record)
    return { item, score, snippet: snippetOf(searchableText([item.key, item.value]), terms) }
  })
}
