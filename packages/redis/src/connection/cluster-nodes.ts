import { duplicateOf } from './redis-client.ts'
import type { RedisClient } from './redis-client.ts'
import type { ResolvedRedisOptions } from './redis-options.ts'

/** What ioredis has beside the methods in {@link RedisClient}. */
interface ClusterNode {
  flushQueue(error: Error, queues?: { readonly offlineQueue?: boolean; readonly commandQueue?: boolean }): void
  on(event: 'close' | 'ready', listener: () => void): unknown
}

/** How long ioredis waits before it sends a refused command again, in milliseconds. */
const retryMs = 100

/** All masters of a cluster, or the only server. */
export function mastersOf(client: RedisClient): readonly RedisClient[] {
  return client.isCluster ? (client.nodes?.('master') ?? []) : [client]
}

/** A client of our own for the cluster of a given client, which may be in use. */
export function clusterLike(
  given: RedisClient,
  { commandTimeoutMs, connectTimeoutMs }: Pick<ResolvedRedisOptions, 'commandTimeoutMs' | 'connectTimeoutMs'>,
): RedisClient {
  // Start nodes come before options; without any, those of the given client are used.
  return duplicateOf(given, [], {
    lazyConnect: true,
    // The store itself puts it before its keys.
    keyPrefix: '',
    enableAutoPipelining: false,
    enableOfflineQueue: true,
    // A replica may be behind.
    scaleReads: 'master',
    retryDelayOnFailover: retryMs,
    retryDelayOnClusterDown: retryMs,
    retryDelayOnTryAgain: retryMs,
    // A failover, or the move of a slot, may take as long as a command.
    maxRedirections: Math.max(16, Math.ceil(commandTimeoutMs / retryMs)),
    clusterRetryStrategy: (attempt: number) => Math.min(50 * attempt, 1_000),
    redisOptions: {
      keyPrefix: '',
      stringNumbers: false,
      replyMapping: 'legacy',
      monitor: false,
      commandTimeout: commandTimeoutMs,
      connectTimeout: connectTimeoutMs,
    },
  })
}

/**
 * Follows the connections to all nodes of a cluster.
 *
 * When one closes, ioredis sends again what was under way on it, and a write would happen
 * twice. What was sent is rejected with another error, so that its caller learns of it;
 * what waited for the connection is sent to the new master.
 */
export function followNodes(cluster: RedisClient, listeners: { onClose(): void; onReady(): void }): void {
  cluster.on('+node', (node: ClusterNode) => {
    const flushQueue = node.flushQueue.bind(node)
    node.flushQueue = (error, queues) => {
      if (queues?.commandQueue !== false) {
        flushQueue(new Error('Connection is closed, after the command was sent.'), { offlineQueue: false })
      }
      if (queues?.offlineQueue !== false) flushQueue(error, { commandQueue: false })
    }
    node.on('close', listeners.onClose)
    node.on('ready', listeners.onReady)
  })
}
