import type { RedisOptions } from 'ioredis'

import { mastersOf } from './cluster-nodes.ts'
import { duplicateOf } from './redis-client.ts'
import type { RedisClient } from './redis-client.ts'

/** Where ioredis connects to next. */
interface Address {
  host?: string | undefined
  port?: number | undefined
}

/**
 * Makes a second connection, for the channel of some keys.
 *
 * In a cluster it is one to the node that has the keys: the client of a cluster subscribes
 * at any node, and tells nobody when that connection is lost. Each time it is lost, it
 * looks for the node again.
 *
 * @param key - Any of the keys.
 */
export async function makeSubscriber(client: RedisClient, key: string, options: RedisOptions): Promise<RedisClient> {
  if (!client.isCluster) return duplicateOf(client, options)
  const node = await ownerOf(client, key)
  const address = { host: node.options?.host, port: node.options?.port }
  const retryStrategy = (attempt: number): number => {
    void aim(subscriber.options, client, key, attempt)
    return Math.min(50 * attempt, 1_000)
  }
  const subscriber = duplicateOf(node, { ...options, ...address, retryStrategy })
  return subscriber
}

/** Points a connection that is about to be made at the node that has a key now. Never rejects. */
async function aim(at: Address | undefined, client: RedisClient, key: string, attempt: number): Promise<void> {
  try {
    const { options } = await ownerOf(client, key, attempt)
    if (!at || !options) return
    at.host = options.host
    at.port = options.port
  } catch {
    // While no master can be reached, the last address is tried again.
  }
}

/** The node that has a key. While none says so, any: it passes on what the others publish. */
async function ownerOf(client: RedisClient, key: string, attempt = 0): Promise<RedisClient> {
  const masters = mastersOf(client)
  const asked = masters.map(async (node) => {
    // Another node refuses it: MOVED.
    await node.exists(key)
    return node
  })
  try {
    return await Promise.any(asked)
  } catch {
    const node = masters[attempt % masters.length]
    if (!node) throw new Error('The cluster has no master that can be reached.')
    return node
  }
}
