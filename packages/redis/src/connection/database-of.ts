import type { RedisClient } from './redis-client.ts'

/** The number of the database that a client uses. */
export async function databaseOf(client: RedisClient): Promise<number> {
  if (client.isCluster) return 0
  try {
    const [, number] = /\bdb=(\d+)/.exec(String(await client.client('INFO'))) ?? []
    if (number !== undefined) return Number(number)
  } catch {
    // Where it may not be asked, its options tell.
  }
  return client.options?.db ?? 0
}
