import KeyvRedis from '@keyv/redis'
import { Keyv } from 'keyv-5'

import { ttlMs } from './cache-peer.ts'
import type { CachePeer } from './cache-peer.ts'

/** One store without copies. It has no call that makes what is missing, so its users read, make and write. */
export const keyvPeer: CachePeer = {
  name: 'Keyv',
  open: async ({ url }) => {
    const keyv = new Keyv({ ttl: ttlMs, ...(url !== undefined && { store: new KeyvRedis(url) }) })
    return {
      get: (key) => keyv.get(key),
      set: (key, value) => keyv.set(key, value),
      getOrSet: async (key, make) => {
        const known: unknown = await keyv.get(key)
        if (known !== undefined) return known
        const made = await make()
        await keyv.set(key, made)
        return made
      },
      close: () => keyv.disconnect(),
    }
  },
}
