import KeyvRedis from '@keyv/redis'
import { RedisMessageProvider } from '@qified/redis'
import { Cacheable } from 'cacheable'

import { ignore, ttlMs } from './cache-peer.ts'
import type { CachePeer } from './cache-peer.ts'

/** Two stores and their sync, as its README sets them up. */
export const cacheablePeer: CachePeer = {
  name: 'cacheable',
  open: async ({ url, copies }) => {
    const secondary = url === undefined ? undefined : new KeyvRedis(url)
    const provider = url !== undefined && copies ? new RedisMessageProvider({ uri: url }) : undefined
    const cache = new Cacheable({
      ttl: ttlMs,
      ...(secondary && { secondary }),
      ...(provider && { sync: { qified: provider } }),
    })
    secondary?.on('error', ignore)
    cache.on('error', ignore)
    return {
      get: async (key) => {
        // It can't be told to keep no copies: they are dropped before each read.
        if (!copies) await cache.primary.delete(key)
        return cache.get(key)
      },
      set: (key, value) => cache.set(key, value),
      // Told to say so when the work fails; otherwise its callers get nothing.
      getOrSet: (key, make) => cache.getOrSet(key, make, { throwErrors: true }),
      close: async () => {
        await provider?.disconnect()
        await cache.disconnect()
      },
    }
  },
}
