import type { Collection } from '@skein/memory/store'

import { keyPrefixOf } from '../connection/given-client.ts'
import type { ResolvedRedisOptions } from '../connection/redis-options.ts'

/**
 * Prefix of all keys of a space. A cluster places keys by what is in braces; what a
 * given client puts before its keys stands before that, as with its other keys.
 */
export function spaceBase({ prefix, client }: Pick<ResolvedRedisOptions, 'prefix' | 'client'>, space: string): string {
  return `${keyPrefixOf(client)}{${prefix}${space}}:`
}

/** Key of the hash that holds the rows of a collection by id. */
export function rowsKey(base: string, collection: Collection): string {
  return `${base}r:${collection}`
}
