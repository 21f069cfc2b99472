/**
 * A store for `@skein/memory` on Redis or Valkey, for many machines, and a bus
 * between memories that have stores of their own.
 *
 * @module
 */

// First: it says when Node.js is too old for what follows.
import '@skein/memory'

export { redisStore } from './redis-store.ts'
export { redisBus } from './bus/redis-bus.ts'
export { migrateSpaces } from './migrate-spaces.ts'
export type { RedisStoreOptions } from './connection/redis-options.ts'
export type { RedisBusOptions } from './bus/redis-bus.ts'
export type { RedisClient } from './connection/redis-client.ts'
export type { MigrateSpacesOptions, MigrationProgress, SpaceMigration } from './migrate-spaces.ts'
