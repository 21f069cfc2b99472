import { setImmediate as nextTurn } from 'node:timers/promises'

import type { EpochTable } from '../cache/epoch-table.ts'
import { forward } from '../store/forward.ts'
import type { Collection } from '../store/collections.ts'
import type { DeleteMutation, Mutation } from '../store/mutation.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import { sourceName } from '../store/source-name.ts'
import type { Store } from '../store/store.ts'
import { pastName, runningPlans } from './erasure-plan.ts'

/** What is being erased: the moment of the erasure, by name. */
type Hidden = ReadonlyMap<string, Seq>

const nothing: Hidden = new Map()

/**
 * Hides what is being erased from the moment when its erasure is in force, so that an erasure of any size is one step
 * for readers. Each thread has this gate in front of its store.
 *
 * The epoch table counts what happens to erasures, here and in other processes. While that number stays the same and
 * nothing is being erased, a read costs one comparison, and a cached read nothing. Who is cut off from other processes
 * looks into the store each time.
 */
export function hideForgotten(store: Store, epochs: EpochTable): Store {
  let known = 0
  let hidden = nothing

  const isKnown = (number: number): boolean => number === known && !epochs.isDisconnected

  /** What is hidden, at this number of the table. */
  const look = async (number: number): Promise<Hidden> => {
    const found = new Map<string, Seq>()
    for (const { seq, parts } of await runningPlans(store)) {
      for (const doomed of parts.flat()) found.set(doomed.isPast ? pastName(doomed) : sourceName(doomed), seq)
    }
    known = number
    hidden = found
    return found
  }

  /** Reads, and reads again if an erasure came into force or was completed meanwhile. */
  const settled = async <Result>(read: (hidden: Hidden) => Promise<Result>): Promise<Result> => {
    for (;;) {
      const number = epochs.erasures
      // Without an await, so that a read is under way when the call returns.
      const result = await read(isKnown(number) ? hidden : await look(number))
      if (number === epochs.erasures) return result
      // The feed is received in between.
      await nextTurn()
    }
  }

  /** As many records as were asked for, as if those that are hidden were not there. */
  const filled = async <At>(
    limit: number,
    after: At | undefined,
    page: (limit: number, after: At | undefined) => Promise<Page<At>>,
    names: Hidden,
  ): Promise<Page<At>> => {
    let found = await page(limit, after)
    if (names.size === 0) return found
    const records: StoredRecord[] = []
    for (;;) {
      records.push(...found.records.filter((record) => isThere(record, names)))
      if (records.length >= limit || found.next === undefined) return { ...found, records }
      found = await page(limit - records.length, found.next)
    }
  }

  /** Writes to a name that is being erased make sure that what had the name is gone. */
  const makeWay = async (batch: readonly Mutation[], number: number): Promise<void> => {
    const names = isKnown(number) ? hidden : await look(number)
    if (names.size === 0) return
    const taken = batch.map(({ key }) => key).filter((key) => names.has(sourceName(key)))
    if (taken.length === 0) return
    for (const [index, record] of (await store.read(taken)).entries()) {
      if (!record || isThere(record, names)) continue
      await store.write([removalOf(taken[index] as RecordKey, record.version)])
    }
  }

  return {
    ...forward(store),
    read: (keys) =>
      settled(async (names) => {
        const records = await store.read(keys)
        return names.size === 0
          ? records
          : records.map((record) => record && (isThere(record, names) ? record : undefined))
      }),
    query: (query) =>
      settled((names) =>
        filled<Seq>(query.limit, query.after, (limit, after) => store.query({ ...query, limit, after }), names),
      ),
    list: (query) =>
      settled((names) =>
        filled<string>(query.limit, query.after, (limit, after) => store.list({ ...query, limit, after }), names),
      ),
    search: (query) =>
      settled(async (names) => {
        for (let { limit } = query; ; limit *= 4) {
          const answer = await store.search({ ...query, limit })
          const records = answer.records.filter((record) => isThere(record, names))
          const isAll = answer.records.length < limit || records.length >= query.limit
          if (isAll) return { ...answer, records: records.slice(0, query.limit) }
        }
      }),
    past: (keys) =>
      settled(async (names) => {
        const found = await store.past(keys)
        return names.size === 0
          ? found
          : found.map((versions) =>
              versions.filter(({ record }) => isThere(record, names) && !names.has(pastName(record))),
            )
      }),
    write: (batch) => {
      const number = epochs.erasures
      if (isKnown(number) && hidden.size === 0) return store.write(batch)
      return makeWay(batch, number).then(() => store.write(batch))
    },
  }
}

interface Page<At> {
  readonly records: readonly StoredRecord[]
  readonly next?: At | undefined
}

/** Whether a record is not being erased. What was written later under the same name is something else. */
function isThere(record: StoredRecord, hidden: Hidden): boolean {
  if (hidden.size === 0) return true
  const seq = hidden.get(sourceName(record))
  return seq === undefined || record.seq > seq
}

/** Removes a record that an erasure names, on behalf of nobody who would be told of it. */
function removalOf(key: { readonly collection: Collection; readonly id: string }, ifVersion: number): DeleteMutation {
  return { type: 'delete', key, author: 'skein', ifVersion }
}
