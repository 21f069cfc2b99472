import { hasTrait } from '../store/collections.ts'
import type { Collection } from '../store/collections.ts'
import { correctionKey } from '../store/correction-key.ts'
import { forward } from '../store/forward.ts'
import type { NamePage, NameQuery, RecordPage, RecordQuery, SearchQuery } from '../store/query.ts'
import { matchesFilter } from '../store/record-filter.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { asHeld, covers, isWithdrawn, withWithdrawn } from '../values/access.ts'
import type { Audience } from '../values/access.ts'
import { compareNames } from '../values/compare-names.ts'
import { fillPage } from '../search/fill-page.ts'
import { PastViewError } from '../values/history-error.ts'
import { readVersions, recordAsOf, requireReach, requireReachOf } from './as-of.ts'
import { ruleFor } from './history-options.ts'
import type { HistoryRules } from './history-options.ts'

const pageSize = 1_000
/** Records whose versions are read together. */
const atOnce = 200

/**
 * A store as it was at a time, as far as that is kept; it refuses all writes.
 *
 * What has past versions is shown as it was. Of other records those are shown that were there, and what was corrected
 * later holds. What was erased, expired or removed since is absent. Facts without a history are left out of lists.
 */
export function storeAsOf(store: Store, rules: HistoryRules, asOf: number, before?: Seq): Store {
  const reader = new PastReader(store, rules, asOf, before)
  const refuse = (): Promise<never> => Promise.reject(new PastViewError(asOf))
  return {
    ...forward(store),
    read: (keys) => reader.read(keys),
    query: (query) => reader.query(query),
    list: (query) => reader.list(query),
    search: (query) => reader.search(query),
    changes: async (after, limit) => {
      const page = await store.changes(after, limit)
      return { ...page, changes: page.changes.filter(({ at }) => at <= asOf) }
    },
    past: async (keys) => {
      const found = await store.past(keys)
      return found.map((versions) => versions.filter(({ record }) => record.updatedAt <= asOf))
    },
    write: refuse,
    changePast: refuse,
    sweep: refuse,
    scrub: refuse,
    objects: { ...store.objects, put: refuse, delete: refuse },
  }
}

class PastReader {
  readonly #store: Store
  readonly #rules: HistoryRules
  readonly #asOf: number
  /** See {@link recordAsOf}. */
  readonly #before: Seq | undefined

  constructor(store: Store, rules: HistoryRules, asOf: number, before: Seq | undefined) {
    this.#store = store
    this.#rules = rules
    this.#asOf = asOf
    this.#before = before
  }

  async read(keys: readonly RecordKey[]): Promise<readonly (StoredRecord | undefined)[]> {
    const recalled = keys.filter(({ collection }) => hasTrait(collection, 'recalled'))
    for (const key of recalled) requireReach(this.#rules, key, this.#asOf, this.#store.now())
    const others = keys.filter((key) => !recalled.includes(key))
    const [versions, records] = [
      await readVersions(this.#store, this.#rules, recalled),
      others.length === 0 ? [] : await this.#store.read(others),
    ]
    const were = new Map<RecordKey, StoredRecord | undefined>()
    for (const [index, key] of recalled.entries()) {
      const found = versions[index]
      were.set(key, found && recordAsOf(found, this.#asOf, this.#before))
    }
    for (const [index, key] of others.entries()) were.set(key, (await this.#held([records[index]]))[0])
    return keys.map((key) => were.get(key))
  }

  async query(query: RecordQuery): Promise<RecordPage> {
    if (hasTrait(query.collection, 'recalled')) return this.#queryRecalled(query)
    const { audience, limit } = query
    const records: StoredRecord[] = []
    for (let { after } = query; ;) {
      const page = await this.#store.query({ ...query, ...asked(audience), after, limit: pageSize })
      for (const record of await this.#seen(page.records, audience)) {
        if (records.length === limit) return { records, next: records.at(-1)?.seq }
        records.push(record)
      }
      if (page.next === undefined) return { records }
      after = page.next
    }
  }

  async list(query: NameQuery): Promise<NamePage> {
    const { collection, prefix, limit, after } = query
    const all = hasTrait(collection, 'recalled')
      ? await this.#recalled(collection, prefix, after)
      : await this.#named(query)
    const records = all.filter((record) => matchesFilter(record, query)).toSorted((a, b) => compareNames(a.id, b.id))
    const page = records.slice(0, limit)
    return records.length > limit ? { records: page, next: page.at(-1)?.id } : { records: page }
  }

  async search(query: SearchQuery): ReturnType<Store['search']> {
    return fillPage(
      query.limit,
      (limit) => this.#store.search({ ...query, ...asked(query.audience), limit }),
      (records) => this.#seen(records, query.audience),
    )
  }

  /** What was there, of records without past versions; it held unless it had been corrected by then. */
  async #held(records: readonly (StoredRecord | undefined)[]): Promise<(StoredRecord | undefined)[]> {
    const there = records.map((record) => (record && record.createdAt <= this.#asOf ? record : undefined))
    const marked = there.filter((record) => record !== undefined && isWithdrawn(record)) as StoredRecord[]
    if (marked.length === 0) return there
    const corrections = await this.#store.read(marked.map((record) => correctionKey(record)))
    const later = new Set(marked.filter((_, n) => (corrections[n]?.createdAt ?? 0) > this.#asOf))
    return there.map((record) => (record && later.has(record) ? asHeld(record) : record))
  }

  async #seen(records: readonly StoredRecord[], audience: Audience | undefined): Promise<StoredRecord[]> {
    const held = (await this.#held(records)).filter((record) => record !== undefined)
    return audience ? held.filter((record) => covers(audience, record)) : held
  }

  async #queryRecalled(query: RecordQuery): Promise<RecordPage> {
    const { order, limit, after = order === 'oldest' ? 0 : Number.MAX_SAFE_INTEGER } = query
    const way = order === 'oldest' ? 1 : -1
    const isBeyond = (seq: Seq): boolean => way * (seq - after) > 0
    const records = (await this.#recalled(query.collection, ''))
      .filter((record) => isBeyond(record.seq) && matchesFilter(record, query))
      .toSorted((a, b) => way * (a.seq - b.seq))
    const page = records.slice(0, limit)
    return records.length > limit ? { records: page, next: page.at(-1)?.seq } : { records: page }
  }

  /** All records of a collection as they were, whose ids begin in this way. */
  async #recalled(collection: Collection, prefix: string, after?: string): Promise<StoredRecord[]> {
    requireReachOf(this.#rules, collection, prefix, this.#asOf, this.#store.now())
    const ids = new Set<string>()
    for (let next = after; ;) {
      const page = await this.#store.list({ collection, prefix, limit: pageSize, after: next })
      for (const { id } of page.records) ids.add(id)
      next = page.next
      if (next === undefined) break
    }
    for (let next = after; ;) {
      const page = await this.#store.pastIds({ collection, prefix, limit: pageSize, after: next })
      for (const id of page.ids) ids.add(id)
      next = page.next
      if (next === undefined) break
    }
    const keys = [...ids].map((id) => ({ collection, id })).filter((key) => ruleFor(this.#rules, key).versions > 0)
    const records: StoredRecord[] = []
    for (let from = 0; from < keys.length; from += atOnce) {
      const found = await readVersions(this.#store, this.#rules, keys.slice(from, from + atOnce))
      records.push(...found.flatMap((versions) => recordAsOf(versions, this.#asOf, this.#before) ?? []))
    }
    return records
  }

  /** All records of a collection without past versions whose ids begin in this way. */
  async #named({ collection, prefix, after, audience }: NameQuery): Promise<StoredRecord[]> {
    const records: StoredRecord[] = []
    for (let next = after; ;) {
      const query = { collection, prefix, limit: pageSize, after: next, ...asked(audience) }
      const page = await this.#store.list(query)
      records.push(...(await this.#seen(page.records, audience)))
      next = page.next
      if (next === undefined) return records
    }
  }
}

/** Asks for what holds no more as well: it may have held. */
function asked(audience: Audience | undefined): { readonly audience?: Audience } {
  return audience ? { audience: withWithdrawn(audience) } : {}
}

/** How far back some of a memory can be read, Unix milliseconds; `undefined` where nothing is kept. Lists say where they reach less far. */
export function reachOf(rules: HistoryRules, now: number): number | undefined {
  const kept = rules.flatMap(([, { versions, keepMs }]) => (versions > 0 ? now - keepMs : []))
  return kept.length === 0 ? undefined : Math.min(...kept)
}
