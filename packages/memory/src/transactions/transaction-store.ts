import type { CoherentCache } from '../cache/coherent-cache.ts'
import { hasTrait } from '../store/collections.ts'
import type { Collection } from '../store/collections.ts'
import type { Commit, Mutation, Refusal } from '../store/mutation.ts'
import type { NamePage, NameQuery, RecordFilter, RecordPage, RecordQuery, SearchAnswer } from '../store/query.ts'
import { matchesFilter } from '../store/record-filter.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import { forward } from '../store/forward.ts'
import type { Store } from '../store/store.ts'
import type { Include } from '../space/shown.ts'
import { withWithdrawn } from '../values/access.ts'
import type { Audience, Label } from '../values/access.ts'
import { compareNames } from '../values/compare-names.ts'
import { limits } from '../values/limits.ts'
import { nameOf, ReadSet } from './read-set.ts'
import { TransactionError } from './transaction-error.ts'
import { WriteBuffer } from './write-buffer.ts'

/** What a {@link TransactionStore} is made of. */
export interface TransactionStoreParts {
  readonly store: Store
  readonly audience: Audience
  /** Copies that may be read instead of the store: at a first attempt, since whoever lost may have read an old one. */
  readonly copies: { readonly [Name in 'facts' | 'objects']?: Pick<CoherentCache, 'load'> }
}

/** Lists and searches of one transaction. */
const mostRanges = 100

/**
 * The store as one attempt of a transaction sees it: reads are noted, and writes are buffered and shown to later reads.
 * {@link commit} writes all of it in one atom, if everything that was read still holds.
 */
export class TransactionStore {
  readonly #parts: TransactionStoreParts
  readonly #reads: ReadSet
  readonly #writes: WriteBuffer

  constructor(parts: TransactionStoreParts) {
    this.#parts = parts
    this.#reads = new ReadSet(parts.audience)
    this.#writes = new WriteBuffer(this.#reads)
  }

  /** As the kinds of memory use it. */
  get asStore(): Store {
    return {
      ...forwardOf(this.#parts.store),
      read: (keys) => this.#read(keys),
      query: (query) => this.#query(query),
      list: (query) => this.#list(query),
      write: (batch) => this.#write(batch),
    }
  }

  /** Whether all that was written is at least as sensitive as this. */
  isCoveredBy(label: Label): boolean {
    return this.#writes.isCoveredBy(label)
  }

  /** Whether what was read is still all there, so that it was of one state. */
  async isCurrent(): Promise<boolean> {
    if (this.#reads.isTorn) return false
    // One read is of one state.
    if (this.#reads.size <= 1) return true
    return (await this.#parts.store.write(this.#reads.checks(() => false))).ok
  }

  /** Writes everything in one atom. Resolves to the refusal and to what was refused, if it was. */
  async commit(): Promise<{ readonly mutation: Mutation; readonly refusal: Refusal } | undefined> {
    if (this.#reads.isTorn) return overtaken
    const writes = this.#writes.mutations()
    const guards = this.#writes.guards()
    if (writes.length === 0 && guards.length === 0) return (await this.isCurrent()) ? undefined : overtaken
    const written = new Set(writes.map(({ key }) => nameOf(key)))
    const checks = this.#reads.checks((key) => written.has(nameOf(key)))
    const batch = [...guards, ...checks, ...writes]
    const commit = await this.#parts.store.write(batch)
    return commit.ok ? undefined : { mutation: batch[commit.refusal.index] as Mutation, refusal: commit.refusal }
  }

  /** Searches with a function that asks the store, and notes what it finds. @throws TransactionError, ConflictError */
  async search(
    asked: Omit<RecordFilter, 'audience'>,
    include: Include | undefined,
    find: () => Promise<SearchAnswer>,
  ): Promise<SearchAnswer> {
    const { audience, store } = this.#parts
    const filter = include === 'all' ? { ...asked, audience: withWithdrawn(audience) } : asked
    const own = this.#writes.of(asked.collection, store.now())
    // An entry of a journal is new; another record may be one that the search would find as it was.
    const isConcerned = hasTrait(asked.collection, 'journal')
      ? own.some((record) => matchesFilter(record, { audience, ...filter }))
      : this.#writes.touches(asked.collection)
    if (isConcerned) throw new TransactionError('order')
    await this.#noteRange(filter, '')
    const answer = await find()
    for (const record of answer.records) this.#note(record, record)
    return answer
  }

  async #read(keys: readonly RecordKey[]): Promise<readonly (StoredRecord | undefined)[]> {
    const isKnown = (key: RecordKey): boolean => this.#writes.has(key) || this.#reads.seen(key) !== undefined
    const missing = keys.filter((key) => !isKnown(key))
    if (missing.length > 0) {
      const found = await this.#fetch(missing)
      // Another read of the same key may have come first.
      for (const [index, key] of missing.entries()) this.#note(key, found[index])
    }
    const now = this.#parts.store.now()
    return keys.map((key) => (this.#writes.has(key) ? this.#writes.get(key, now) : this.#reads.seen(key)?.record))
  }

  async #fetch(keys: readonly RecordKey[]): Promise<readonly (StoredRecord | undefined)[]> {
    const { store, copies } = this.#parts
    const [first, ...others] = keys
    const cache = first && others.length === 0 ? copies[first.collection as keyof typeof copies] : undefined
    return cache ? [(await cache.load((first as RecordKey).id)).record] : store.read(keys)
  }

  /** Own writes are the newest of all. */
  async #query(query: RecordQuery): Promise<RecordPage> {
    const { order, limit, after, ...filter } = query
    const isNewest = order === 'newest'
    await this.#noteRange(filter, '')
    const own = this.#own(query.collection, filter)
    const ahead = own.filter(({ seq }) => after === undefined || (isNewest ? seq < after : seq > after))
    if (isNewest && ahead.length >= limit) {
      const records = ahead.toReversed().slice(0, limit)
      return { records, next: records.at(-1)?.seq }
    }
    const records = isNewest ? ahead.toReversed() : []
    let next = after
    do {
      const page = await this.#parts.store.query({ ...query, after: next, limit: limit - records.length })
      records.push(...this.#noteAll(page.records))
      next = page.next
    } while (next !== undefined && records.length < limit)
    if (next !== undefined) return { records, next }
    if (isNewest) return { records }
    const rest = ahead.slice(0, limit - records.length)
    records.push(...rest)
    return rest.length < ahead.length ? { records, next: records.at(-1)?.seq } : { records }
  }

  async #list(query: NameQuery): Promise<NamePage> {
    const { prefix, limit, after, ...filter } = query
    await this.#noteRange(filter, prefix)
    const stored: StoredRecord[] = []
    let next = after
    do {
      const page = await this.#parts.store.list({ ...query, after: next })
      stored.push(...this.#noteAll(page.records))
      next = page.next
    } while (next !== undefined && stored.length < limit)
    const own = this.#own(query.collection, filter).filter(({ id }) => {
      const isBehind = after === undefined || compareNames(id, after) > 0
      return id.startsWith(prefix) && isBehind && (next === undefined || compareNames(id, next) <= 0)
    })
    const all = [...stored, ...own].toSorted((a, b) => compareNames(a.id, b.id))
    const records = all.slice(0, limit)
    return all.length > limit || next !== undefined ? { records, next: records.at(-1)?.id } : { records }
  }

  /** What the transaction has written itself and a list has to show. */
  #own(collection: Collection, filter: RecordFilter): readonly StoredRecord[] {
    return this.#writes.of(collection, this.#parts.store.now()).filter((record) => matchesFilter(record, filter))
  }

  /** Notes records of a list. Those with a new value, or none any longer, are left out; they have another place. */
  #noteAll(records: readonly StoredRecord[]): readonly StoredRecord[] {
    const now = this.#parts.store.now()
    return records.flatMap((record) => {
      if (!this.#writes.has(record)) return this.#note(record, record) ?? []
      const own = this.#writes.get(record, now)
      return own?.seq === record.seq ? own : []
    })
  }

  async #write(batch: readonly Mutation[]): Promise<Commit> {
    // A condition on what is there needs to see it; a mere overwrite is none.
    const conditional = batch.filter(({ type, ifVersion }) => type !== 'set' || ifVersion !== undefined)
    await this.#read(conditional.map(({ key }) => key))
    const now = this.#parts.store.now()
    const verdicts = []
    for (const [index, mutation] of batch.entries()) {
      const verdict = this.#writes.decide(mutation, now)
      if (verdict.type === 'refuse') return { ok: false, refusal: { index, ...verdict.refusal } }
      verdicts.push(verdict)
    }
    const written = verdicts.map((verdict, index) => this.#writes.take(batch[index] as Mutation, verdict))
    this.#requireRoom()
    return { ok: true, written }
  }

  #note(key: RecordKey, record: StoredRecord | undefined): StoredRecord | undefined {
    const seen = this.#reads.note(key, record)
    this.#requireRoom()
    return seen
  }

  /** Everything up to the position was written when the list is read, so it has to be asked for first. */
  async #noteRange(filter: RecordFilter, prefix: string): Promise<void> {
    const { store, audience } = this.#parts
    const { collection, ...others } = filter
    const { last: after, incarnation } = await store.changes(Number.MAX_SAFE_INTEGER, 1)
    const key = { collection, id: prefix }
    this.#reads.noteRange({ type: 'check-range', key, filter: { audience, ...others }, after, incarnation })
    if (this.#reads.ranges > mostRanges)
      throw new TransactionError('limit', `It may list and search ${mostRanges} times.`)
    this.#requireRoom()
  }

  /** @throws TransactionError */
  #requireRoom(): void {
    if (this.#reads.size + this.#writes.size <= limits.batch) return
    throw new TransactionError('limit', `It may read and write ${limits.batch} records.`)
  }
}

const overtaken = {
  mutation: { type: 'check', key: { collection: 'facts', id: '' }, ifVersion: 0 },
  refusal: { index: 0, reason: 'version', current: undefined },
} as const

const forwards = new WeakMap<Store, Store>()

/** The forwarding calls of a store, which all transactions share. */
function forwardOf(store: Store): Store {
  const calls = forwards.get(store) ?? forward(store)
  forwards.set(store, calls)
  return calls
}
