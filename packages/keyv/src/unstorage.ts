/**
 * Shared memory as a driver for unstorage.
 *
 * @module
 */

export { skeinDriver } from './skein-driver.ts'
export type { SkeinDriver } from './skein-driver.ts'
export type { CacheOptions } from './cache-entries.ts'
