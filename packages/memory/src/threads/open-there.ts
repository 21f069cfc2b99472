import { forward } from '../store/forward.ts'
import type { StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { levelIndex } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { isSealed } from '../values/sealed-text.ts'
import type { LinkClient } from './link-client.ts'

/**
 * Reads a store in a worker thread, which has no keys: what is sealed, or has to be
 * looked at because it ought to be, is read by the thread that opened the store.
 *
 * @param sealsFrom - The lowest level that is sealed; `undefined` where nothing is.
 */
export function openThere(store: Store, client: LinkClient, sealsFrom: Level | undefined): Store {
  const isForThem = (record: StoredRecord | undefined): boolean =>
    record !== undefined &&
    (isSealed(record.value) ||
      (sealsFrom !== undefined &&
        (record.collection === 'objects' || levelIndex(record.sensitivity) >= levelIndex(sealsFrom))))
  return {
    ...forward(store),
    read: async (keys) => {
      const records = await store.read(keys)
      return records.some(isForThem) ? client.call('read', keys) : records
    },
    query: async (query) => {
      const page = await store.query(query)
      return page.records.some(isForThem) ? client.call('query', query) : page
    },
    list: async (query) => {
      const page = await store.list(query)
      return page.records.some(isForThem) ? client.call('list', query) : page
    },
    past: async (keys) => {
      const found = await store.past(keys)
      return found.flat().some(({ record }) => isForThem(record)) ? client.call('past', keys) : found
    },
    search: async (query) => {
      const answer = await store.search(query)
      return answer.records.some(isForThem) ? client.call('search', query) : answer
    },
  }
}
