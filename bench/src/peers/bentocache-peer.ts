import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'

import { ignore, maxItems, ttlMs } from './cache-peer.ts'
import type { CachePeer, PeerOptions } from './cache-peer.ts'

/** Two layers and a bus, as its guide sets them up. */
export const bentocachePeer: CachePeer = peer('bentocache', true)

/** The same, told that copies need not be copied again: ours are not either. */
export const bentocacheUnserialized: CachePeer = peer('bentocache, unserialized', false)

function peer(name: string, serialize: boolean): CachePeer {
  return {
    name,
    open: async (options) => {
      const logger = {
        child: () => logger,
        info: ignore,
        debug: ignore,
        warn: ignore,
        error: ignore,
        trace: ignore,
        fatal: ignore,
        level: 'silent',
      }
      const bento = new BentoCache({
        default: 'main',
        logger,
        ttl: ttlMs,
        stores: { main: layers(options, serialize) },
      })
      return {
        get: (key) => bento.get({ key }),
        set: (key, value) => bento.set({ key, value }),
        getOrSet: (key, factory) => bento.getOrSet({ key, factory }),
        close: async () => bento.disconnectAll(),
      }
    },
  }
}

function layers({ url, copies }: PeerOptions, serialize: boolean): ReturnType<typeof bentostore> {
  const store = bentostore()
  if (copies) store.useL1Layer(memoryDriver({ maxItems, serialize }))
  if (url === undefined) return store
  const { hostname: host, port } = new URL(url)
  const connection = { host, port: Number(port) }
  store.useL2Layer(redisDriver({ connection }))
  if (copies) store.useBus(redisBusDriver({ connection }))
  return store
}
