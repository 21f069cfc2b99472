import { OptionError } from '@skein/memory'
import type { View } from '@skein/memory'

import { CacheEntries } from './cache-entries.ts'
import type { CacheOptions } from './cache-entries.ts'

/** A driver for unstorage: see {@link skeinDriver}. */
export interface SkeinDriver {
  readonly name: string
  readonly flags: { readonly ttl: boolean }
  readonly options: CacheOptions
  getInstance(): View
  hasItem(key: string): Promise<boolean>
  getItem(key: string): Promise<string | null>
  /** @param options - `ttl` is the time to live, in seconds. */
  setItem(key: string, value: string, options?: { readonly ttl?: unknown }): Promise<void>
  removeItem(key: string): Promise<void>
  /** The keys that start with `base`, sorted. */
  getKeys(base: string): Promise<string[]>
  clear(base: string): Promise<void>
  /** Reports changes by any process from now on, until the returned function is called. */
  watch(callback: (event: 'update' | 'remove', key: string) => unknown): () => void
}

/**
 * Makes an unstorage driver backed by the facts of a view. Reads are answered by the local copies of the memory,
 * which are never stale; `watch` reports what any process changes. `setItem` takes `{ ttl }`, in seconds as other
 * drivers do.
 *
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { skeinDriver } from '@skein/keyv/unstorage'
 * import { mapStore, openMemory } from '@skein/memory'
 * import { createStorage } from 'unstorage'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const storage = createStorage({ driver: skeinDriver(memory.as({ id: 'shop', role: 'server' })) })
 * await storage.setItem('prices:acme', { usd: 12 }, { ttl: 60 })
 * await storage.getItem('prices:acme') // => { usd: 12 }
 * await storage.getKeys('prices') // => ['prices:acme']
 * await memory.close()
 * ```
 */
export function skeinDriver(view: View, options: CacheOptions = {}): SkeinDriver {
  const entries = new CacheEntries('skeinDriver', view, options)
  return {
    name: 'skein',
    flags: { ttl: true },
    options,
    getInstance: () => view,
    hasItem: async (key) => (await entries.get(key)) !== undefined,
    getItem: async (key) => textOf(await entries.get(key)),
    setItem: async (key, value, { ttl } = {}) => entries.set(key, value, lifetimeMs(ttl)),
    removeItem: async (key) => {
      await entries.delete(key)
    },
    getKeys: (base) => Array.fromAsync(entries.list(base), ({ key }) => key),
    clear: (base) => entries.clear(base),
    watch(callback) {
      const end = new AbortController()
      entries.watch((key, isGone) => callback(isGone ? 'remove' : 'update', key), end.signal)
      return () => end.abort()
    },
  }
}

/** unstorage gives and takes text; others may have put any JSON data into the same facts. */
function textOf(value: unknown): string | null {
  if (value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** @param ttl - In seconds. */
function lifetimeMs(ttl: unknown): number | undefined {
  if (ttl === undefined) return undefined
  if (typeof ttl === 'number' && ttl > 0) return ttl * 1_000
  throw new OptionError('ttl', 'a number of seconds above 0', ttl)
}
