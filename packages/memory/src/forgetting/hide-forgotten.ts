import { setImmediate as nextTurn } from 'node:timers/promises'

import type { EpochTable } from '../cache/epoch-table.ts'
import { fillPage } from '../search/fill-page.ts'
import { forward } from '../store/forward.ts'
import type { Collection } from '../store/collections.ts'
import type { DeleteMutation, Mutation } from '../store/mutation.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import { sourceName } from '../store/source-name.ts'
import type { Store } from '../store/store.ts'
import { lastToGo, pastName, runningPlans } from './erasure-plan.ts'
import type { Doomed, Plan } from './erasure-plan.ts'
import { inSlices } from '../space/in-slices.ts'

/** Names that an erasure hides, each up to a version, and its moment. */
interface HiddenNames {
  readonly seq: Seq
  readonly names: ReadonlyMap<string, number>
  /** Where its records were last written: searches leave them out without a look at each. */
  readonly positions: ReadonlySet<Seq>
}

/** All that is being erased. */
type Hidden = readonly HiddenNames[]

/** The most records that are read at once where most of them are hidden. */
const mostAtOnce = 500

/** What was found at a number of the epoch table. */
interface Look {
  readonly number: number
  readonly hidden: Promise<Hidden>
}

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
  let hidden: Hidden = []
  let plans: readonly Plan[] = []
  let looking: Look | undefined
  const hiddenBy = new WeakMap<Plan, HiddenNames>()

  const isKnown = (number: number): boolean => number === known && !epochs.isDisconnected

  const find = async (number: number): Promise<Hidden> => {
    const found: HiddenNames[] = []
    plans = await runningPlans(store, plans)
    for (const plan of plans) {
      const names = hiddenBy.get(plan) ?? (await namesOf(plan))
      hiddenBy.set(plan, names)
      found.push(names)
    }
    known = number
    hidden = found
    return found
  }

  /** What is hidden, at this number of the table. Whoever asks meanwhile waits for the same look. */
  const look = (number: number): Promise<Hidden> => {
    if (looking?.number === number) return looking.hidden
    const own: Look = {
      number,
      hidden: find(number).finally(() => {
        if (looking === own) looking = undefined
      }),
    }
    looking = own
    return own.hidden
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
    { limit, after }: { readonly limit: number; readonly after?: At | undefined },
    page: (limit: number, after: At | undefined) => Promise<Page<At>>,
    placeOf: (record: StoredRecord) => At,
    names: Hidden,
  ): Promise<Page<At>> => {
    if (names.length === 0) return page(limit, after)
    const records: StoredRecord[] = []
    // One more tells whether another page follows: what is hidden must not.
    let [size, from] = [limit + 1, after]
    for (;;) {
      const found = await page(size, from)
      for (const record of found.records) if (isThere(record, names)) records.push(record)
      if (records.length > limit) {
        const shown = records.slice(0, limit)
        return { records: shown, next: placeOf(shown.at(-1) as StoredRecord) }
      }
      if (found.next === undefined) return { records }
      // Where most are hidden, few pages must do.
      size = Math.max(size, Math.min(2 * size, mostAtOnce))
      from = found.next
    }
  }

  /** Writes to a name that is being erased make sure that what had the name is gone. */
  const makeWay = async (batch: readonly Mutation[], number: number): Promise<void> => {
    const names = isKnown(number) ? hidden : await look(number)
    if (names.length === 0) return
    const taken = batch.map(({ key }) => key).filter((key) => isNamed(sourceName(key), names))
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
        return names.length === 0
          ? records
          : records.map((record) => record && (isThere(record, names) ? record : undefined))
      }),
    query: (query) =>
      settled((names) =>
        filled<Seq>(
          query,
          (limit, after) => store.query({ ...query, limit, after }),
          ({ seq }) => seq,
          names,
        ),
      ),
    list: (query) =>
      settled((names) =>
        filled<string>(
          query,
          (limit, after) => store.list({ ...query, limit, after }),
          ({ id }) => id,
          names,
        ),
      ),
    search: (query) =>
      settled(async (names) => {
        if (names.length === 0) return store.search(query)
        const except = positionsOf(names)
        return fillPage(
          query.limit,
          (limit) => store.search({ ...query, limit, except }),
          (records) => records.filter((record) => isThere(record, names)),
        )
      }),
    past: (keys) =>
      settled(async (names) => {
        const found = await store.past(keys)
        return names.length === 0
          ? found
          : found.map((versions) =>
              versions.filter(({ record }) => isThere(record, names) && !isNamed(pastName(record), names)),
            )
      }),
    write: (batch) => {
      const number = epochs.erasures
      if (isKnown(number) && hidden.length === 0) return store.write(batch)
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
  if (hidden.length === 0) return true
  const name = sourceName(record)
  return !hidden.some(({ seq, names }) => record.seq <= seq && record.version <= (names.get(name) ?? 0))
}

function isNamed(name: string, hidden: Hidden): boolean {
  return hidden.some(({ names }) => names.has(name))
}

async function namesOf(plan: Plan): Promise<HiddenNames> {
  const names = new Map<string, number>()
  const positions = new Set<Seq>()
  const note = (doomed: Doomed): void => {
    if (doomed.isPast) names.set(pastName(doomed), doomed.version)
    else {
      names.set(sourceName(doomed), lastToGo(plan, doomed))
      positions.add(doomed.seq)
    }
  }
  for (const part of plan.parts) await inSlices(part, note)
  return { seq: plan.seq, names, positions }
}

/** Computed once for each state of what is hidden. */
const unions = new WeakMap<Hidden, ReadonlySet<Seq>>()

function positionsOf(hidden: Hidden): ReadonlySet<Seq> {
  const [first, ...others] = hidden
  if (first && others.length === 0) return first.positions
  const known = unions.get(hidden) ?? new Set(hidden.flatMap(({ positions }) => [...positions]))
  unions.set(hidden, known)
  return known
}

/** Removes a record that an erasure names, on behalf of nobody who would be told of it. */
function removalOf(key: { readonly collection: Collection; readonly id: string }, ifVersion: number): DeleteMutation {
  return { type: 'delete', key, author: 'skein', ifVersion }
}
