import type { Page } from '../kinds/journal.ts'
import type { Fact } from './fact.ts'
import { requireOptions } from '../values/require-options.ts'
import { factFilterKinds } from './list-facts.ts'
import type { FactFilter, ListFactsOptions } from './list-facts.ts'

/** What lists facts: `View.facts`. */
interface FactList {
  list<T>(options: ListFactsOptions): Promise<Page<Fact<T>>>
}

/**
 * Yields every fact that passes a filter, in the order of the keys: each that is there all the time once, whatever
 * others write meanwhile.
 *
 * @throws OptionError when a filter makes no sense; StoreError
 */
export async function* allFacts<T = unknown>(
  facts: FactList,
  filter: FactFilter,
): AsyncGenerator<Fact<T>, void, undefined> {
  const given = requireOptions('allFacts', filter, factFilterKinds)
  let cursor: string | undefined
  do {
    const page: Page<Fact<T>> = await facts.list<T>({ ...given, limit: 1_000, cursor })
    yield* page.items
    cursor = page.cursor
  } while (cursor !== undefined)
}
