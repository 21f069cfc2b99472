import type { Commit, Mutation } from '../store/mutation.ts'
import type { PastQuery } from '../store/past.ts'
import type { NamePage, RecordPage } from '../store/query.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { asHeld, audienceOf, covers, joinLabels, withWithdrawn } from '../values/access.ts'
import type { Audience, Principal } from '../values/access.ts'
import { AccessError } from '../values/errors.ts'
import type { LinkHandlers } from './link-messages.ts'

/**
 * Decides for whom another thread may work. A pass is a secret name of one piece of
 * work, which only the thread gets that does it.
 */
export interface ThreadPasses {
  /** For whom the work is done; `undefined` for a pass that is not valid, or not any longer. */
  principalOf(pass: string): Principal | undefined
}

/** Names of runtime states and of views' states, which belong to no principal. */
const stateNames = /^(?:shared|states)\//
/** Names of records that name the entry of an idempotency key. */
const keyNames = /^once\//

/**
 * The thread that opened the store watches what another one asks of it: only in the
 * name of those for whom the thread has shown a pass, and only within their clearance.
 */
export class ThreadGuard {
  readonly #passes: ThreadPasses
  readonly #principals = new Map<string, Principal>()
  #audience: Audience | undefined

  constructor(passes: ThreadPasses) {
    this.#passes = passes
  }

  /** The thread begins to work for somebody. @throws AccessError */
  enter(pass: string): void {
    const principal = this.#passes.principalOf(pass)
    if (!principal) throw new AccessError('a thread', 'a valid pass')
    const { level: sensitivity, compartments } = audienceOf(principal)
    const own = this.#audience ? [{ ...this.#audience, sensitivity: this.#audience.level }] : []
    const label = joinLabels([{ sensitivity, compartments }, ...own])
    this.#audience = { level: label.sensitivity, compartments: label.compartments }
    this.#principals.set(principal.id, principal)
  }

  /** @throws AccessError unless the thread has a pass of this principal. */
  requireKnown(id: string): void {
    if (!this.#principals.has(id)) throw new AccessError(id, 'a pass for this thread')
  }

  /** An audience, or the thread's own where that sees less. */
  within(audience: Audience | undefined): Audience {
    const own = this.#seen()
    const asked = audience && { sensitivity: audience.level, compartments: audience.compartments }
    return audience && asked && covers(own, asked) ? audience : own
  }

  /** The calls that the thread may make of a store, each within what it may see and do. */
  guard(store: Store): LinkHandlers {
    return {
      read: async (keys: readonly RecordKey[]) => (await store.read(keys)).map((record) => this.#shown(record)),
      query: async (query: Parameters<Store['query']>[0]): Promise<RecordPage> => {
        const page = await store.query(query)
        return { ...page, records: page.records.map((record) => this.#shown(record) as StoredRecord) }
      },
      list: async (query: Parameters<Store['list']>[0]): Promise<NamePage> => {
        const page = await store.list(query)
        return { ...page, records: page.records.map((record) => this.#shown(record) as StoredRecord) }
      },
      search: async (query: Parameters<Store['search']>[0]) => {
        const answer = await store.search({ ...query, audience: query.audience ?? this.#seen() })
        return { ...answer, records: answer.records.filter((record) => covers(this.#seen(), asHeld(record))) }
      },
      past: async (keys: readonly RecordKey[]) =>
        (await store.past(keys)).map((versions) =>
          versions.map((version) => ({ ...version, record: this.#shown(version.record) })),
        ),
      pastIds: (query: PastQuery) => store.pastIds(query),
      changes: (after: number, limit: number) => store.changes(after, limit),
      write: async (batch: readonly Mutation[]): Promise<Commit> => {
        const kept = batch.filter((mutation) => this.#requireMayWrite(mutation) === 'by its author')
        if (kept.length > 0) await requireAuthors(store, kept)
        const commit = await store.write(batch.map((mutation) => this.#askedWithin(mutation)))
        if (commit.ok || commit.refusal.reason === 'seal') return commit
        // What is in the way may be above the clearance.
        return { ok: false, refusal: { ...commit.refusal, current: this.#shown(commit.refusal.current) } }
      },
      'objects.has': (name: string) => store.objects.has(name),
      verify: () => {
        const mayVerify = [...this.#principals.values()].some(({ rights }) => rights?.includes('administer'))
        if (!mayVerify) throw new AccessError('a thread', 'the right "administer"')
        return Array.fromAsync(store.verify())
      },
    }
  }

  #seen(): Audience {
    return this.#audience ?? { level: 'public', compartments: [] }
  }

  /** That a record is there is for the view to hide, which notes it as refused. What it says stays here. */
  #shown(record: StoredRecord | undefined): StoredRecord | undefined {
    return record && !covers(this.#seen(), asHeld(record)) ? { ...record, value: 'null' } : record
  }

  /** Whether an audience sees no more than the thread, of what holds and what does not. */
  #isWithin(audience: Audience | undefined): boolean {
    if (!audience) return false
    const { level: sensitivity, compartments } = audience
    return covers(withWithdrawn(this.#seen()), { sensitivity, compartments })
  }

  #askedAs(audience: Audience | undefined): Audience {
    return audience && this.#isWithin(audience) ? audience : this.#seen()
  }

  /** Whether a check holds reports on what is there: no more than the thread may see. That a task is claimed, all see. */
  #askedWithin(mutation: Mutation): Mutation {
    if (mutation.type === 'check-range') {
      const { filter } = mutation
      return { ...mutation, filter: { ...filter, audience: this.#askedAs(filter.audience) } }
    }
    if (mutation.type !== 'check' || mutation.key.collection === 'claims') return mutation
    return { ...mutation, over: this.#askedAs(mutation.over) }
  }

  /** @returns whether its author, whose name the thread does not have, must be that of the present record. */
  #requireMayWrite(mutation: Mutation): 'freely' | 'by its author' {
    const { type, key } = mutation
    const { collection, id } = key
    // The text of a sealed record, and how the space is sealed, are for the opening thread alone.
    if (type === 'reseal') throw new AccessError('a thread', 'to be the thread that opened the memory')
    if (type === 'set' && !covers(this.#seen(), mutation.meta)) throw new AccessError(mutation.meta.author, 'clearance')
    if (type === 'withdraw' && !this.#isWithin(mutation.over)) throw new AccessError('a thread', 'clearance')
    const isState = collection === 'settings' && stateNames.test(id)
    if (collection === 'vectors' || (collection === 'settings' && !isState && !keyNames.test(id))) {
      throw new AccessError('a thread', 'another key')
    }
    const author = type === 'set' ? mutation.meta.author : type === 'delete' ? mutation.author : undefined
    if (author === undefined || isState || collection === 'audit') return 'freely'
    if (this.#principals.has(author)) return 'freely'
    // Who puts a content that another has put adds sources to it. Its author stays.
    if (type === 'set' && collection === 'objects' && (mutation.ifVersion ?? 0) > 0) return 'by its author'
    this.requireKnown(author)
    return 'freely'
  }
}

/** @throws AccessError unless each of these records is by the author that the mutation names. */
async function requireAuthors(store: Store, batch: readonly Mutation[]): Promise<void> {
  const present = await store.read(batch.map(({ key }) => key))
  for (const [index, mutation] of batch.entries()) {
    if (mutation.type === 'set' && mutation.meta.author !== present[index]?.author)
      throw new AccessError(mutation.meta.author, 'a pass for this thread')
  }
}
