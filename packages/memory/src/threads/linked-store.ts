import type { Corruption } from '../store/corruption.ts'
import type { LinkClient, LinkHandlers } from './link.ts'
import type { Inspector, Store, StoreTraits, Unwatch } from '../store/store.ts'
import type { Change, ChangePage } from '../store/change.ts'
import type { Commit, Mutation } from '../store/mutation.ts'
import type { RecordPage, RecordQuery, SearchAnswer, SearchQuery } from '../store/query.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'

/**
 * A store as a worker thread sees it: writes go through the thread that opened
 * it, reads through a connection of the thread's own where there can be one.
 */
export class LinkedStore implements Store {
  readonly traits: StoreTraits
  readonly objects: Store['objects']
  readonly #client: LinkClient
  readonly #reader: Store | undefined

  constructor(client: LinkClient, reader: Store | undefined, traits: StoreTraits) {
    this.#client = client
    this.#reader = reader
    this.traits = traits
    this.objects = {
      put: (hash, bytes) => client.call('objects.put', hash, bytes),
      get: (hash, range) => reader?.objects.get(hash, range) ?? client.call('objects.get', hash, range),
      has: (hash) => reader?.objects.has(hash) ?? client.call('objects.has', hash),
      delete: (hash) => client.call('objects.delete', hash),
    }
  }

  now(): number {
    return this.#reader?.now() ?? Date.now()
  }

  read(keys: readonly RecordKey[]): Promise<readonly (StoredRecord | undefined)[]> {
    return this.#reader?.read(keys) ?? this.#client.call('read', keys)
  }

  write(batch: readonly Mutation[]): Promise<Commit> {
    return this.#client.call('write', batch)
  }

  query(query: RecordQuery): Promise<RecordPage> {
    return this.#reader?.query(query) ?? this.#client.call('query', query)
  }

  search(query: SearchQuery): Promise<SearchAnswer> {
    // A derived index exists once per process, where the store was opened.
    const own = this.traits.fullText === 'native' ? this.#reader : undefined
    return own?.search(query) ?? this.#client.call('search', query)
  }

  changes(after: Seq, limit: number): Promise<ChangePage> {
    return this.#reader?.changes(after, limit) ?? this.#client.call('changes', after, limit)
  }

  sweep(limit: number): Promise<number> {
    return this.#client.call('sweep', limit)
  }

  scrub(): Promise<void> {
    return this.#client.call('scrub')
  }

  /** Where the opening thread has to look, it tells when it is done; no inspector gets there. */
  async *verify(inspector?: Inspector): AsyncGenerator<Corruption, void, undefined> {
    yield* this.#reader?.verify(inspector) ?? (await this.#client.call<readonly Corruption[]>('check'))
  }

  /** Never calls back: threads learn of changes from the epoch table. */
  watch(_listener: (change: Change) => void): Unwatch {
    return () => {}
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader?.[Symbol.asyncDispose]()
  }
}

/** The other end: what the opening thread answers for a {@link LinkedStore}. */
export function storeHandlers(store: Store): LinkHandlers {
  return {
    read: (keys: readonly RecordKey[]) => store.read(keys),
    write: (batch: readonly Mutation[]) => store.write(batch),
    query: (query: RecordQuery) => store.query(query),
    search: (query: SearchQuery) => store.search(query),
    changes: (after: Seq, limit: number) => store.changes(after, limit),
    sweep: (limit: number) => store.sweep(limit),
    scrub: () => store.scrub(),
    check: () => Array.fromAsync(store.verify()),
    'objects.put': (hash: string, bytes: Uint8Array) => store.objects.put(hash, bytes),
    'objects.get': (hash: string, range?: { start: number; end: number }) => store.objects.get(hash, range),
    'objects.has': (hash: string) => store.objects.has(hash),
    'objects.delete': (hash: string) => store.objects.delete(hash),
  }
}
