import { OptionError } from '@skein/memory'
import type { Fact, View } from '@skein/memory'
import { requireStrings, snippetOf } from '@skein/memory/runtime'
import type { AnyRecord } from '@skein/memory/runtime'
import { queryTerms } from '@skein/memory/store'
import type { Collection } from '@skein/memory/store'

/** What a search may return, and a call read, at most. */
export const mostFound = 50

/** A record for a model: in short with a `snippet`, whole with its `value`. */
interface FoundItem {
  /** Kind and id: `observations/…`. */
  readonly id: string
  readonly author: string
  readonly snippet?: string
  readonly value?: unknown
}

/** The records that match best, each with the passage that matched. @throws OptionError, StoreError */
export async function find(
  view: View,
  query: string,
  filter: { readonly limit: number; readonly task?: string },
): Promise<readonly FoundItem[]> {
  const found = await view.records.search(query, filter)
  const terms = queryTerms(query)
  return found.map((record) => ({ ...headOf(record), snippet: snippetOf(textOf(record.value), terms) }))
}

/** Records as wholes, by the ids that {@link find} gave; those that the principal can't see are left out. */
export async function readAll(view: View, ids: readonly string[]): Promise<readonly FoundItem[]> {
  requireStrings('ids', ids, mostFound)
  const records = await Promise.all(
    ids.map((name) => {
      const slash = name.indexOf('/')
      if (slash < 0) throw new OptionError('ids', 'ids as recall gives them', name)
      return view.records.get(name.slice(0, slash) as Collection, name.slice(slash + 1))
    }),
  )
  return records.flatMap((record) => (record ? [{ ...headOf(record), value: record.value }] : []))
}

/** A fact for a model; `null` where there is none. */
export function factItem(fact: Fact | undefined): object | null {
  return fact ? { key: fact.key, value: fact.value, version: fact.version, author: fact.author } : null
}

function headOf({ collection, id, author }: AnyRecord): FoundItem {
  return { id: `${collection}/${id}`, author }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
