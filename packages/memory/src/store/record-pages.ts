import type { Store } from './store.ts'
import type { RecordQuery } from './query.ts'
import type { StoredRecord } from './record.ts'

/**
 * Goes through all records that pass a filter, oldest first, a page at a time.
 *
 * @param signal - Ends it between two pages, with the signal's reason.
 */
export async function* recordPages(
  store: Store,
  query: Omit<RecordQuery, 'order' | 'after'>,
  signal?: AbortSignal,
): AsyncGenerator<readonly StoredRecord[], void, undefined> {
  let after: number | undefined
  do {
    signal?.throwIfAborted()
    const page = await store.query({ ...query, order: 'oldest', after })
    yield page.records
    after = page.next
  } while (after !== undefined)
}
