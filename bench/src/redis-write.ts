import { openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import type { Redis } from 'ioredis'

import { missing, startServer } from '../../packages/redis/test/redis-server.ts'
import { bentocachePeer } from './peers/bentocache-peer.ts'
import { cacheablePeer } from './peers/cacheable-peer.ts'
import { layeredLoaderPeer } from './peers/layered-loader-peer.ts'
import { MissingError } from './question.ts'
import type { Asking, Question } from './question.ts'
import { atOnce, bare, expectCompany, keyOf, timesOf, together, valueOf } from './redis-bare.ts'

const peers = [layeredLoaderPeer, bentocachePeer, cacheablePeer]

/** The least that a write with a version and word of it can be. */
const script = `local version = redis.call('INCR', KEYS[1] .. ':version')
redis.call('SET', KEYS[1], ARGV[1])
redis.call('PUBLISH', 'bare-changes', KEYS[1])
return version`

type Scripted = Redis & { put(key: string, value: string): Promise<number> }

/** What a write costs that others hear of, 64 at once; cache-manager tells nobody and takes no part. */
export async function redisWrite(asking: Asking): Promise<Question> {
  if (missing) throw new MissingError(missing)
  const server = await startServer('--appendonly', 'no')
  const memory = await openMemory({ store: redisStore(server.url) })
  const { facts } = memory.as({ id: 'ann', role: 'bench' })
  const versions = new Map<string, number>()
  const set = async (index: number): Promise<void> => {
    const key = keyOf(index)
    const { version } = await facts.set(key, valueOf(index), { ifVersion: versions.get(key) ?? 0 })
    versions.set(key, version)
  }
  const clients = {
    'ioredis: a script of INCR, SET, PUBLISH': scripted(server.url, false),
    'ioredis: the same script, autopipelined': scripted(server.url, true),
  }
  const caches = await Promise.all(
    peers.map(async (peer) => ({ peer, cache: await peer.open({ url: server.url, copies: true }) })),
  )
  return {
    name: 'redis-write',
    unit: `write of 240 bytes with change notification, ${together} at once`,
    times: timesOf(asking),
    contenders: [
      ...Object.entries(clients).map(([name, client]) => {
        const put = (index: number): Promise<number> =>
          client.put(`bare/${keyOf(index)}`, JSON.stringify(valueOf(index)))
        return atOnce(name, put, async () => {
          const version = await put(7)
          if ((await put(7)) !== version + 1) throw new Error('Versions do not follow each other.')
          expectCompany(JSON.parse((await client.get(`bare/${keyOf(7)}`)) ?? 'null'), 7)
        })
      }),
      atOnce('ours: set with ifVersion', set, async () => {
        await set(7)
        expectCompany((await facts.read(keyOf(7), { consistency: 'strong' }))?.value, 7)
      }),
      ...caches.map(({ peer, cache }) => {
        const put = (index: number): Promise<unknown> => cache.set(`${peer.name}/${keyOf(index)}`, valueOf(index))
        return atOnce(peer.name, put, async () => {
          await put(7)
          expectCompany(await cache.get(`${peer.name}/${keyOf(7)}`), 7)
        })
      }),
    ],
    ratios: [
      {
        of: 'ours: set with ifVersion',
        to: 'ioredis: a script of INCR, SET, PUBLISH',
        most: 1 / 0.7,
        limit:
          'The same promises by hand (redis-layers-64) take 1.2 × the bare script: version, label, checksum, feed, list and the version before. The store’s script takes 1.23 × as long as that by hand. This process takes 16 to 18 µs of processor time against 8: it checks, copies, encodes and packs the value with its label, raises epochs before and after, and receives the notification of its own change.',
      },
    ],
    close: async () => {
      await memory.close()
      for (const { cache } of caches) await cache.close()
      for (const client of Object.values(clients)) client.disconnect()
      await server.stop()
    },
  }
}

function scripted(url: string, enableAutoPipelining: boolean): Scripted {
  const client = bare(url, enableAutoPipelining)
  client.defineCommand('put', { numberOfKeys: 1, lua: script })
  return client as Scripted
}
