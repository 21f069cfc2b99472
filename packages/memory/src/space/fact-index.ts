import { DerivedIndex } from '../search/derived-index.ts'
import { indexTerms } from '../search/search-terms.ts'
import { searchableText } from '../search/searchable-text.ts'
import type { IndexedRow } from '../search/term-table.ts'
import { recordPages } from '../store/record-pages.ts'
import type { StoredRecord } from '../store/record.ts'
import { decodeJson } from '../values/json.ts'
import type { StoredSpace } from './space.ts'

const indexes = new WeakMap<StoredSpace, DerivedIndex>()

/**
 * The search index of the facts, which this thread makes when it first searches them. So a
 * write of a fact, which may be one of thousands a second, costs nothing by it.
 */
export function factIndexOf(space: StoredSpace): DerivedIndex {
  const known = indexes.get(space)
  if (known) return known
  const { store } = space
  const index = new DerivedIndex({
    collections: ['facts'],
    changes: (after, limit) => store.changes(after, limit),
    get: async (keys) => (keys.length === 0 ? [] : (await store.read(keys)).map((record) => record && indexed(record))),
    scan: async function* (collection) {
      for await (const page of recordPages(store, { collection, limit: 1_000 })) yield page.map(indexed)
    },
  })
  indexes.set(space, index)
  return index
}

/** A fact is found by its key and its value; by nothing while its value can't be opened. */
function indexed(record: StoredRecord): IndexedRow {
  try {
    const terms = indexTerms(`${record.id}\n${searchableText(decodeJson(record.value))}`)
    return { record, deleted: false, terms }
  } catch {
    return { record, deleted: false }
  }
}
