import type { CachePeer } from '../peers/cache-peer.ts'
import type { JobPeer } from './job-peer.ts'

const counter = 'counter'

/** A cache on Redis with copies in each process: one reads, adds and writes. */
export function cacheJob(peer: CachePeer): JobPeer {
  return {
    open: async (url) => {
      const cache = await peer.open({ url, copies: true })
      const total = async (): Promise<number> => Number((await cache.get(counter)) ?? 0)
      return {
        remember: (_, key, text) => cache.set(key, text),
        recall: async (_, key) => (await cache.get(key)) as string | undefined,
        increment: async () => cache.set(counter, (await total()) + 1),
        total,
        close: () => cache.close(),
      }
    },
  }
}
