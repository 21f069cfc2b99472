import { Journal } from './journal.ts'
import type { JournalEntry, SearchResult } from './journal.ts'
import { entryKinds } from './journal-options.ts'
import type { EntryOptions, ListOptions, SupersedeOptions } from './journal-options.ts'
import type { SearchBy } from '../space/meaning-search.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** An observation to log: see {@link Observations.log}. */
export interface ObservationInput<Value> extends EntryOptions {
  /** A string, or any JSON data. */
  readonly value: Value
}

/** Filters of a search for observations; `limit` defaults to 10. */
export type SearchOptions = Omit<ListOptions, 'cursor'>

/** Options of a search for observations, or for facts. */
export interface ObservationSearchOptions extends SearchOptions {
  /**
   * How to find: by `words`, by `meaning`, or by `both`.
   *
   * @defaultValue as the memory was opened; `words` if it has no embedder
   */
  readonly by?: SearchBy
}

const inputKinds: OptionKinds<ObservationInput<unknown>> = { ...entryKinds, value: 'any' }

/** Findings of agents, for all others to list and search. */
export class Observations extends Journal {
  /**
   * Logs an observation.
   *
   * @throws ValueError, OptionError, StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const ann = memory.as({ id: 'ann', role: 'research' })
   * await ann.observations.log({ task: 't1', value: 'Acme raised its prices', tags: ['pricing'], importance: 0.8 })
   *
   * const bob = memory.as({ id: 'bob', role: 'sales' })
   * const [hit] = await bob.observations.search('price raise', { task: 't1' })
   * hit?.item.author // => 'ann'
   * await memory.close()
   * ```
   */
  async log<Value>(input: ObservationInput<Value>): Promise<JournalEntry<Value>> {
    const { value, options } = inputOf(input)
    return this.append(value, options)
  }

  /**
   * Supersedes an observation: the new one holds in its place, and lists, searches and packages for people leave the
   * old one out. Records derived from it are in doubt, as if it had been retracted.
   *
   * @param next - A new observation, or the entry of one that is there already.
   * @returns the entry that holds now.
   * @throws NotFoundError, AccessError, ValueError, OptionError, StoreError; CorrectedError when one of the two was
   * corrected before
   */
  async supersede<Value>(
    id: string,
    next: Omit<ObservationInput<Value>, 'idempotencyKey'> | { readonly id: string },
    options: SupersedeOptions = {},
  ): Promise<JournalEntry<Value>> {
    return this.replace<Value>(id, 'id' in next ? next : inputOf(next), options)
  }

  /**
   * Finds observations by words, or by their meaning where the memory has an embedder, best match first. Any text is a valid query, of which
   * the first 64 different words within the first 65,536 characters count.
   *
   * - Words match by their stem, in English and a dozen other languages; words like "the" count
   *   only when there are no others. Texts without spaces match by pairs of letters.
   * - `pric*` matches every word that begins so; `"price list"` is required, word for word.
   * - A word of five letters or more also matches at one edit from it, below all that is spelled alike.
   * - What holds more of the words comes first.
   *
   * A phrase in quotation marks is looked for by words alone, except in a search by `meaning`.
   *
   * @throws OptionError, StoreError; EmbedderError if it names `by`; AccessError if the embedder may not see the query.
   */
  search<Value = unknown>(
    text: string,
    options: ObservationSearchOptions = {},
  ): Promise<SearchResult<JournalEntry<Value>>[]> {
    return this.find(text, options)
  }
}

function inputOf<Value>(input: ObservationInput<Value>): { value: Value; options: EntryOptions } {
  const { value, ...options } = requireOptions('observations.log', input, inputKinds)
  return { value, options }
}
