/**
 * A store for `@skein/memory` on Redis or Valkey, for many machines, and a bus
 * between memories that have stores of their own.
 *
 * @module
 */

export { redisBus } from './redis-bus.ts'
export type { RedisBusOptions } from './redis-bus.ts'
export { redisStore } from './redis-store.ts'
export type { RedisStoreOptions } from './redis-options.ts'
export type { RedisClient } from './redis-client.ts'
