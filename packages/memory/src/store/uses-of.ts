import { setImmediate as nextTurn } from 'node:timers/promises'

import type { Collection } from './collections.ts'
import type { RecordQuery } from './query.ts'
import type { Seq, StoredRecord } from './record.ts'
import { formsOfSource } from './source-name.ts'

/** What lists records, as a store does or whoever leaves out what somebody may not see. */
interface Lister<Found extends StoredRecord> {
  query(query: RecordQuery): Promise<{ readonly records: readonly Found[]; readonly next?: Seq | undefined }>
}

/** So many that a store answers within milliseconds. */
const namesAtOnce = 200
/** So many records are unpacked within a few milliseconds. */
const pageSize = 250

/**
 * All records of some kinds that name one of these sources. Whoever names several comes once for each look, so it may
 * come again. Others get a turn between two looks.
 */
export async function* usesOf<Found extends StoredRecord>(
  lister: Lister<Found>,
  names: readonly string[],
  collections: readonly Collection[],
): AsyncGenerator<Found, void, undefined> {
  for (let from = 0; from < names.length; from += namesAtOnce) {
    const anySource = new Set(names.slice(from, from + namesAtOnce).flatMap((name) => formsOfSource(name)))
    for (const collection of collections) {
      let after: Seq | undefined
      do {
        const page = await lister.query({ collection, anySource, order: 'oldest', limit: pageSize, after })
        yield* page.records
        after = page.next
        await nextTurn()
      } while (after !== undefined)
    }
  }
}
