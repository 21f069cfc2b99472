import type { RedisClient } from '../connection/redis-client.ts'
import type { ResolvedRedisOptions } from '../connection/redis-options.ts'
import { scanKeys } from './scan.ts'
import { spaceBase } from './space-keys.ts'

/** The spaces under a prefix that were ever opened for writing, in the order of their names. */
export async function listSpaces(
  client: RedisClient,
  options: Pick<ResolvedRedisOptions, 'prefix' | 'client'>,
): Promise<readonly string[]> {
  const [start, end] = spaceBase(options, '*').split('*') as [string, string]
  const spaces = new Set<string>()
  // One whose `meta` was lost must not disappear with it.
  for (const name of ['meta', 'floors', 'feed']) {
    for await (const key of scanKeys(client, `${start}*${end}${name}`)) {
      spaces.add(key.slice(start.length, -`${end}${name}`.length))
    }
  }
  return [...spaces].toSorted()
}
