import { Redis } from 'ioredis'
import { createNotificationPair, Loader, RedisCache } from 'layered-loader'

import { ignore, maxItems, ttlMs } from './cache-peer.ts'
import type { CachePeer } from './cache-peer.ts'

/** A loader with copies, a Redis cache behind them and notifications, as its README sets them up. */
export const layeredLoaderPeer: CachePeer = {
  name: 'layered-loader',
  open: async ({ url, copies }) => {
    const clients: Redis[] = []
    const connect = (): Redis => {
      const client = new Redis(url ?? '')
      client.on('error', ignore)
      clients.push(client)
      return client
    }
    // What is to be loaded is told with the key, for as long as somebody asks for it.
    const makers = new Map<string, () => Promise<unknown>>()
    const loader = new Loader<unknown>({
      inMemoryCache: copies && { ttlInMsecs: ttlMs, maxItems },
      dataSourceGetOneFn: async (key) => makers.get(key)?.(),
      cacheUpdateErrorHandler: ignore,
      loadErrorHandler: ignore,
      ...(url !== undefined && { asyncCache: new RedisCache<unknown>(connect(), { ttlInMsecs: ttlMs, json: true }) }),
      ...(url !== undefined && copies && notifications(connect(), connect())),
    })
    await loader.init()
    return {
      get: async (key) => loader.get(key),
      set: (key, value) => loader.forceSetValue(key, value),
      getOrSet: async (key, make) => {
        makers.set(key, make)
        return loader.get(key)
      },
      close: async () => {
        await loader.close()
        for (const client of clients) client.disconnect()
      },
    }
  },
}

function notifications(publisherRedis: Redis, consumerRedis: Redis) {
  const { publisher, consumer } = createNotificationPair<unknown>({
    channel: 'changes',
    publisherRedis,
    consumerRedis,
    errorHandler: ignore,
  })
  return { notificationPublisher: publisher, notificationConsumer: consumer }
}
