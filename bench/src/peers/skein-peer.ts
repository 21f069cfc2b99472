import { mapStore, openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'

import type { CachePeer } from './cache-peer.ts'

/** Ours, with nothing switched off: feed, audit, versions. */
export const skeinPeer: CachePeer = {
  name: 'ours',
  open: async ({ url, copies }) => {
    const store = url === undefined ? mapStore() : redisStore({ url, commandTimeoutMs: 2_000 })
    const memory = await openMemory({ store, architecture: copies ? 'hybrid' : 'centralized' })
    const view = memory.as({ id: `p${process.pid}`, role: 'bench' })
    return {
      get: (key) => view.facts.get(key),
      set: (key, value) => view.facts.set(key, value),
      getOrSet: async (key, make) => (await view.once(key, make)).value,
      close: () => memory.close(),
    }
  },
}
