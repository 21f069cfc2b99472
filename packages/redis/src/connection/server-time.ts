import type { RedisClient } from './redis-client.ts'

/**
 * What a server says the time is: seconds and microseconds.
 *
 * @param key - In a cluster the node that has it is asked, since its clock decides about leases.
 */
export async function timeOf(client: RedisClient, key: string): Promise<readonly (string | number)[]> {
  if (!client.isCluster) return client.time()
  return (await client.eval("return redis.call('TIME')", 1, key)) as string[]
}
