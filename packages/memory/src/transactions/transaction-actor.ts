import { CoherentCache } from '../cache/coherent-cache.ts'
import { Actor } from '../space/actor.ts'
import type { MeaningQuery } from '../space/meaning-search.ts'
import type { Include } from '../space/shown.ts'
import type { StoredSpace } from '../space/space.ts'
import type { WaitGraph } from '../space/wait-graph.ts'
import type { SearchAnswer, SearchQuery } from '../store/query.ts'
import type { TransactionScope } from './transaction-scope.ts'
import type { TransactionStore } from './transaction-store.ts'

/** A principal at work within one attempt of a transaction: the same gate, before what the transaction sees. */
export class TransactionActor extends Actor {
  readonly #outer: Actor
  readonly #reads: TransactionStore

  constructor(space: StoredSpace, outer: Actor, scope: TransactionScope, reads: TransactionStore) {
    super(space, outer.principal, scope)
    this.#outer = outer
    this.#reads = reads
  }

  /** By the indexes that there are: a transaction has none of its own. */
  override search(query: Omit<SearchQuery, 'audience'>, include?: Include): Promise<SearchAnswer> {
    const { words: _words, limit: _limit, below: _below, ...filter } = query
    return this.#reads.search(filter, include, () => this.#outer.search(query, include))
  }

  override searchMeaning(query: Omit<MeaningQuery, 'audience' | 'label'>, include?: Include): Promise<SearchAnswer> {
    const { text: _text, limit: _limit, isOptional: _isOptional, ...filter } = query
    return this.#reads.search(filter, include, () => super.searchMeaning(query, include))
  }

  override get waits(): WaitGraph {
    return this.#outer.waits
  }
}

/** The space as one attempt of a transaction sees it: nothing is cached beside what it has read. */
export function transactionSpace(space: StoredSpace, reads: TransactionStore): StoredSpace {
  const store = reads.asStore
  const { epochs, counters } = space
  const parts = { store, epochs, counters, ttlMs: 1, maxEntries: 1, maxCacheBytes: 1, enabled: false }
  return {
    ...space,
    store,
    facts: new CoherentCache('facts', parts),
    objects: new CoherentCache('objects', parts),
    updating: new Map(),
  }
}
