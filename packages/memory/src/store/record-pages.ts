import type { Store } from './store.ts'
import type { RecordQuery } from './query.ts'
import type { StoredRecord } from './record.ts'

/**
 * Iterates over all records that pass a filter, oldest first, page by page.
 *
 * @param signal - Checked before each page. Once aborted, the iteration throws its reason.
 */
export async function* recordPages(
  store: Pick<Store, 'query'>,
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
