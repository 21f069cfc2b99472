/**
 * Shared memory as a store for Keyv and cache-manager. The driver for unstorage is `@skein/keyv/unstorage`.
 *
 * @module
 */

export { keyvStore } from './keyv-store.ts'
export type { KeyvStore, KeyvStoreEntry } from './keyv-store.ts'
export type { CacheOptions } from './cache-entries.ts'
