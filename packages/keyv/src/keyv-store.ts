import type { View } from '@skein/memory'

import { CacheEntries } from './cache-entries.ts'
import type { CacheOptions } from './cache-entries.ts'

/** An entry to set: see {@link KeyvStore.setMany}. */
export interface KeyvStoreEntry {
  readonly key: string
  readonly value: unknown
  /** Time to live, in milliseconds. */
  readonly ttl?: number
}

/**
 * A store for Keyv: see {@link keyvStore}.
 *
 * It has no `deleteMany`, of which Keyv 5 expects one answer and Keyv 6 one for each key: both then delete key by key.
 */
export class KeyvStore {
  /**
   * Keyv 5 iterates over stores whose dialect is on its list, and asks for nothing else that this tells. Keyv 6 does not
   * read it.
   */
  readonly opts: Record<string, unknown> = { dialect: 'redis', url: '' }
  /**
   * Set by Keyv 5, which puts it before the keys by itself, too; `clear` needs it.
   *
   * Not there before: with Keyv 6 each Keyv then puts its own namespace before the keys, so that several can share a
   * store.
   */
  declare namespace?: string | undefined
  readonly #entries: CacheEntries

  /** @internal */
  constructor(view: View, options: CacheOptions) {
    this.#entries = new CacheEntries('keyvStore', view, options)
  }

  /** The value, a copy of your own; `undefined` for an absent key. */
  async get(key: string): Promise<unknown> {
    return this.#entries.get(key)
  }

  async getMany(keys: readonly string[]): Promise<unknown[]> {
    return Promise.all(keys.map((key) => this.#entries.get(key)))
  }

  /**
   * @param value - What Keyv has serialized, or any JSON data.
   * @param ttl - Time to live, in milliseconds.
   * @throws OptionError, ValueError, StoreError
   */
  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    await this.#entries.set(key, value, ttl)
    return true
  }

  async setMany(entries: readonly KeyvStoreEntry[]): Promise<boolean[]> {
    return Promise.all(entries.map(({ key, value, ttl }) => this.set(key, value, ttl)))
  }

  /** Resolves to whether the key existed. */
  async delete(key: string): Promise<boolean> {
    return this.#entries.delete(key)
  }

  async has(key: string): Promise<boolean> {
    return (await this.#entries.get(key)) !== undefined
  }

  async hasMany(keys: readonly string[]): Promise<boolean[]> {
    return Promise.all(keys.map((key) => this.has(key)))
  }

  /** Deletes the entries of the namespace, or all of the cache if there is none. */
  async clear(): Promise<void> {
    await this.#entries.clear(this.namespace === undefined ? '' : `${this.namespace}:`)
  }

  /** Yields the keys of a namespace, with it before them, and their values. */
  async *iterator(namespace?: string): AsyncGenerator<[key: string, value: unknown], void> {
    for await (const { key, value } of this.#entries.list(namespace === undefined ? '' : `${namespace}:`)) {
      yield [key, value]
    }
  }
}

/**
 * Makes a store for Keyv 5 and 6, and so for cache-manager, of the facts of a view. Reads are answered by the local
 * copies of the memory, which are never stale, whichever process writes.
 *
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { keyvStore } from '@skein/keyv'
 * import { mapStore, openMemory } from '@skein/memory'
 * import Keyv from 'keyv'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const view = memory.as({ id: 'shop', role: 'server' })
 * const prices = new Keyv({ store: keyvStore(view), namespace: 'prices' })
 * await prices.set('acme', 12, 60_000)
 * await prices.get('acme') // => 12
 * await memory.close()
 * ```
 */
export function keyvStore(view: View, options: CacheOptions = {}): KeyvStore {
  return new KeyvStore(view, options)
}
