/**
 * A store for `@skein/memory` on Redis or Valkey, for many machines.
 *
 * @module
 */

export { redisStore } from './redis-store.ts'
export type { RedisStoreOptions } from './redis-options.ts'
export type { RedisClient } from './redis-client.ts'
