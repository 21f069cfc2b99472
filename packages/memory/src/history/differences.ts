import type { Collection } from '../store/collections.ts'
import { recordPages } from '../store/record-pages.ts'
import type { StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { covers } from '../values/access.ts'
import type { Audience } from '../values/access.ts'
import { HistoryError } from '../values/history-error.ts'
import { isSealed, whyUnopened } from '../values/sealed-text.ts'
import { readVersions, recordAsOf, requireReachOf } from './as-of.ts'
import type { HistoryRules } from './history-options.ts'
import { reachOf } from './store-as-of.ts'

/** Two times, Unix milliseconds by the store's clock. */
export interface Period {
  readonly since: number
  /** Absent for the present. */
  readonly until?: number | undefined
}

/** How a record differs between two times, as far as an audience may see it. */
export interface Difference {
  /** As it was at the first time; the value is an error where that is not kept. */
  readonly before: StoredRecord | undefined
  /** As it was at the second time; likewise. */
  readonly after: StoredRecord | undefined
  /** The tombstone of a delete that came last. */
  readonly deleted: StoredRecord | undefined
}

const pageSize = 1_000
/** Records whose versions are read together. */
const atOnce = 200

/**
 * The records of a collection with past versions that differ between two times, in no order.
 *
 * @throws HistoryError when what was deleted since the first time may be gone altogether
 */
export async function* differencesOf(
  store: Store,
  rules: HistoryRules,
  collection: Collection,
  { since, until = Infinity }: Period,
  audience: Audience,
): AsyncGenerator<Difference, void, undefined> {
  const now = store.now()
  if (reachOf(rules, now) === undefined) throw new HistoryError(since, now)
  requireReachOf(rules, collection, '', since, now)
  const ids = [...(await changedIds(store, collection, since, audience))]
  for (let from = 0; from < ids.length; from += atOnce) {
    const keys = ids.slice(from, from + atOnce).map((id) => ({ collection, id }))
    for (const versions of await readVersions(store, rules, keys)) {
      const [before, after] = [since, until].map((at) => {
        const record = recordAsOf(versions, at)
        return record && covers(audience, record) ? record : undefined
      })
      if (before?.seq === after?.seq && (before === undefined || !isLost(before))) continue
      const last = versions.past.find(({ record }) => record.updatedAt <= until)
      const isDeleted = after === undefined && last?.deleted === true && covers(audience, last.record)
      yield { before, after, deleted: isDeleted ? last.record : undefined }
    }
  }
}

/** Whether a record stands for a version that is not kept. */
export function isLost({ value }: StoredRecord): boolean {
  return isSealed(value) && whyUnopened(value) instanceof HistoryError
}

/** Whatever was written or deleted since a time is among these. */
async function changedIds(
  store: Store,
  collection: Collection,
  since: number,
  audience: Audience,
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  for await (const page of recordPages(store, { collection, since, audience, limit: pageSize })) {
    for (const { id } of page) ids.add(id)
  }
  let after: string | undefined
  do {
    const page = await store.pastIds({ collection, prefix: '', limit: pageSize, after })
    for (const id of page.ids) ids.add(id)
    after = page.next
  } while (after !== undefined)
  return ids
}
