import { collectionsWith } from '../store/collections.ts'
import type { PastChange } from '../store/past.ts'
import type { StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'

const pageSize = 200

/**
 * Stores past versions in the form that `sealedAnew` gives; `undefined` leaves a version as it is.
 *
 * @param signal - Checked before each page.
 * @returns how many were stored again.
 */
export async function resealPast(
  store: Store,
  sealedAnew: (version: StoredRecord) => string | undefined,
  signal: AbortSignal,
): Promise<number> {
  let versions = 0
  for (const collection of collectionsWith('recalled')) {
    let after: string | undefined
    do {
      signal.throwIfAborted()
      const { ids, next } = await store.pastIds({ collection, prefix: '', limit: pageSize, after })
      const keys = ids.map((id) => ({ collection, id }))
      const found = await store.past(keys)
      for (const [index, key] of keys.entries()) {
        const changes = (found[index] ?? []).flatMap(({ record, deleted }): PastChange[] => {
          const value = deleted ? undefined : sealedAnew(record)
          return value === undefined ? [] : [{ version: record.version, value }]
        })
        if (changes.length > 0) await store.changePast(key, changes)
        versions += changes.length
      }
      after = next
    } while (after !== undefined)
  }
  return versions
}
