import { hasTrait } from '../store/collections.ts'
import type { Collection } from '../store/collections.ts'
import { correctedKey } from '../store/correction-key.ts'
import { forward } from '../store/forward.ts'
import type { RecordKey, Seq } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import type { EpochTable } from './epoch-table.ts'

const pageSize = 1_000

/**
 * Heeds everything that a store hands out before it is handed on: what is newer than
 * the process has received from the feed invalidates older cached entries in every
 * thread. So nobody who was told of a version reads an older one afterwards, however
 * late the hints are.
 */
export function heedReads(store: Store, epochs: EpochTable): Store {
  /** Each is noted once, so that who reads again because of it comes to an end. */
  let newestErasure = 0
  const heed = (records: Iterable<(RecordKey & { readonly seq: Seq }) | undefined>): void => {
    for (const record of records) {
      if (!record || !epochs.isUnseen(record.seq)) continue
      if (hasTrait(record.collection, 'governing') && record.seq > newestErasure) {
        newestErasure = record.seq
        epochs.noteGoverning(record.collection)
      }
      const { collection, id } = correctedKey(record) ?? record
      if (hasTrait(collection, 'cached')) epochs.noteObserved(epochs.slotOf(collection, id), record.seq)
    }
  }

  /** What is not there bears no position. It may be news as well, and then the feed reports on it. */
  const heedFeed = async (): Promise<void> => {
    const { changes, last, trimmed } = await store.changes(epochs.syncedSeq, pageSize)
    if (!trimmed && (changes.at(-1)?.seq ?? last) >= last) heed(changes)
    else if (last <= newestErasure) epochs.invalidateAll()
    else {
      // What can't be looked through may hold an erasure.
      newestErasure = last
      epochs.noteGoverning()
    }
  }

  const mayBeCached = ({ collection, id }: RecordKey): boolean =>
    hasTrait(collection, 'cached') && epochs.mayHaveValue(epochs.slotOf(collection, id))

  /** Lists tell also by what is not in them. */
  const heedList = async <Result>(list: Promise<Result>, collection: Collection): Promise<Result> => {
    const result = await list
    if (hasTrait(collection, 'cached')) await heedFeed()
    return result
  }

  return {
    ...forward(store),
    read: async (keys) => {
      const records = await store.read(keys)
      heed(records)
      const isAbsent = records.includes(undefined)
      if (isAbsent && keys.some((key, index) => records[index] === undefined && mayBeCached(key))) await heedFeed()
      return records
    },
    query: (query) => heedList(store.query(query), query.collection),
    list: (query) => heedList(store.list(query), query.collection),
    search: (query) => heedList(store.search(query), query.collection),
    changes: async (after, limit) => {
      const page = await store.changes(after, limit)
      heed(page.changes)
      return page
    },
  }
}
