import { missing, startServer } from '../../packages/redis/test/redis-server.ts'
import { bentocachePeer } from './peers/bentocache-peer.ts'
import { cacheManagerPeer } from './peers/cache-manager-peer.ts'
import { cacheablePeer } from './peers/cacheable-peer.ts'
import { layeredLoaderPeer } from './peers/layered-loader-peer.ts'
import { skeinPeer } from './peers/skein-peer.ts'
import { MissingError } from './question.ts'
import type { Asking, Question } from './question.ts'
import { atOnce, bare, expectCompany, keyOf, keys, timesOf, together, valueOf } from './redis-bare.ts'

const peers = [skeinPeer, layeredLoaderPeer, bentocachePeer, cacheManagerPeer, cacheablePeer]

/** What a read costs that no copy answers and Redis does, 64 at once. */
export async function redisRead(asking: Asking): Promise<Question> {
  if (missing) throw new MissingError(missing)
  const server = await startServer('--appendonly', 'no')
  const clients = {
    'ioredis: get and parse': bare(server.url, false),
    'ioredis, autopipelined': bare(server.url, true),
  }
  const indexes = Array.from({ length: keys }, (_, index) => index)
  await Promise.all(
    indexes.map((index) => clients['ioredis: get and parse'].set(`bare/${index}`, JSON.stringify(valueOf(index)))),
  )
  const caches = await Promise.all(
    peers.map(async (peer) => ({ peer, cache: await peer.open({ url: server.url, copies: false }) })),
  )
  // Under keys of its own: libraries write a value in different forms.
  const own = (name: string) => (index: number) => `${name.replaceAll(/\W/g, '')}/${keyOf(index)}`
  for (const { peer, cache } of caches)
    await Promise.all(indexes.map((index) => cache.set(own(peer.name)(index), valueOf(index))))
  return {
    name: 'redis-read',
    unit: `read of 240 bytes from Redis on a cache miss, ${together} at once`,
    times: timesOf(asking),
    contenders: [
      ...Object.entries(clients).map(([name, client]) => {
        const get = async (index: number): Promise<unknown> =>
          JSON.parse((await client.get(`bare/${index % keys}`)) ?? 'null')
        return atOnce(name, get, async () => expectCompany(await get(7), 7))
      }),
      ...caches.map(({ peer, cache }) => {
        const get = (index: number): Promise<unknown> => cache.get(own(peer.name)(index))
        return atOnce(peer.name, get, async () => expectCompany(await get(7), 7))
      }),
    ],
    ratios: [
      {
        of: 'ours',
        to: 'ioredis: get and parse',
        most: 1 / 0.7,
        limit:
          'The reads of one event-loop turn share a command, which saves the cost per command. The rest is the clearance check, the audit entry, the cache lookup and fill, and unpacking, verifying and parsing the row.',
      },
    ],
    close: async () => {
      for (const { cache } of caches) await cache.close()
      for (const client of Object.values(clients)) client.disconnect()
      await server.stop()
    },
  }
}
