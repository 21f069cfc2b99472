import KeyvRedis from '@keyv/redis'
import { createCache } from 'cache-manager'
import { Keyv } from 'keyv-5'

import { ignore, ttlMs } from './cache-peer.ts'
import type { CachePeer } from './cache-peer.ts'

/** Tiers of stores; it has nothing that tells other processes of a change. */
export const cacheManagerPeer: CachePeer = {
  name: 'cache-manager',
  open: async ({ url, copies }) => {
    const stores: Keyv[] = copies ? [inProcess()] : []
    if (url !== undefined) stores.push(new Keyv({ store: new KeyvRedis(url) }))
    for (const store of stores) store.on('error', ignore)
    const cache = createCache({ stores, ttl: ttlMs })
    return {
      get: (key) => cache.get(key),
      set: (key, value) => cache.set(key, value),
      getOrSet: (key, make) => cache.wrap(key, make),
      close: async () => {
        await cache.disconnect()
      },
    }
  },
}

/** Copies as they are: its README says how to have none made of them, and it is the fastest that it has. */
function inProcess(): Keyv {
  const keyv = new Keyv()
  keyv.serialize = undefined
  keyv.deserialize = undefined
  return keyv
}
