import type { Corruption } from '../store/corruption.ts'
import type { RecordKey, RecordPlace, Seq, StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { CorruptRecordError } from '../values/errors.ts'
import { putBackError } from './record-opener.ts'
import { nameOf } from './record-seal.ts'

const pageSize = 1_000

/** Finds records in place of which the feed knows newer ones, by all of the feed. */
export async function* findPutBack(
  store: Store,
  places: readonly RecordPlace[],
): AsyncGenerator<Corruption, void, undefined> {
  const placeOf = new Map(places.map((place) => [nameOf(place), place]))
  const newest = await newestChanges(store, placeOf)
  for (const [name, seq] of newest) {
    const record = await present(store, placeOf.get(name) as RecordPlace)
    // It may have been written or removed meanwhile.
    if (!record || record.seq >= seq) continue
    const { collection, id } = record
    yield { kind: 'record', collection, id, problem: putBackError(record).message, raw: JSON.stringify(record) }
  }
}

/** The newest change of each record of which there is one after its place, by name. */
async function newestChanges(store: Store, placeOf: ReadonlyMap<string, RecordPlace>): Promise<Map<string, Seq>> {
  const newest = new Map<string, Seq>()
  if (placeOf.size === 0) return newest
  let after = 0
  try {
    for (;;) {
      const { changes } = await store.changes(after, pageSize)
      for (const change of changes) {
        const name = nameOf(change)
        if (change.seq > (placeOf.get(name)?.seq ?? Infinity)) newest.set(name, change.seq)
      }
      const last = changes.at(-1)?.seq
      if (last === undefined) return newest
      after = last
    }
  } catch (error) {
    // The store itself reports that the feed is damaged.
    if (error instanceof CorruptRecordError) return newest
    throw error
  }
}

async function present(store: Store, { collection, id }: RecordKey): Promise<StoredRecord | undefined> {
  try {
    return (await store.read([{ collection, id }]))[0]
  } catch (error) {
    if (error instanceof CorruptRecordError) return undefined
    throw error
  }
}
