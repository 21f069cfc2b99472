import { Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'

import type { RedisClient } from './redis-client.ts'
import type { ResolvedRedisOptions } from './redis-options.ts'

/** Makes a client for a URL that sends the commands of one turn together, and none of them twice. */
export function makeClient({ url, commandTimeoutMs, connectTimeoutMs }: ResolvedRedisOptions): RedisClient {
  const options: RedisOptions = {
    lazyConnect: true,
    enableAutoPipelining: true,
    // A write that was under way when the link broke may have happened: whoever asked for it has to know.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 3,
    commandTimeout: commandTimeoutMs,
    connectTimeout: connectTimeoutMs,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
  }
  // By its types it takes no plain text with options, and its methods have many more forms than are asked of it.
  return new (Redis as new (url: string, options: RedisOptions) => Redis)(url, options) as unknown as RedisClient
}
