import { OptionError } from '@skein/memory'

import { clientMethods } from './redis-client.ts'
import type { RedisClient } from './redis-client.ts'

/** What a given client puts before keys. */
export function keyPrefixOf(client: RedisClient | undefined): string {
  const { keyPrefix = '', redisOptions } = client?.options ?? {}
  return keyPrefix || redisOptions?.keyPrefix || ''
}

/** @throws OptionError when a client lacks methods that the store uses, or has a prefix that no cluster could place. */
export function requireClient(client: RedisClient): void {
  const missing = clientMethods.filter((name) => typeof (client as Partial<RedisClient> | null)?.[name] !== 'function')
  if (missing.length > 0) {
    throw new OptionError(
      'client',
      `an ioredis client, or one with its methods (missing: ${missing.join(', ')})`,
      client,
    )
  }
  if (/[{}]/.test(keyPrefixOf(client))) {
    throw new OptionError('client.keyPrefix', 'a prefix without braces', keyPrefixOf(client))
  }
}
