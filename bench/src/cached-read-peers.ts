import { mapStore, openMemory } from '@skein/memory'
import { LRUCache } from 'lru-cache'

import { bentocachePeer, bentocacheUnserialized } from './peers/bentocache-peer.ts'
import { cacheManagerPeer } from './peers/cache-manager-peer.ts'
import { ttlMs } from './peers/cache-peer.ts'
import { cacheablePeer } from './peers/cacheable-peer.ts'
import { layeredLoaderPeer } from './peers/layered-loader-peer.ts'
import type { Asking, Contender, Question } from './question.ts'

const count = 1_000
const valueOf = (index: number): object => ({ name: `Company ${index}`, notes: 'x'.repeat(1_000) })
const keyOf = (index: number): string => `prospect/${index}`
const keys = Array.from({ length: count }, (_, index) => keyOf(index))
const peers = [layeredLoaderPeer, cacheManagerPeer, bentocacheUnserialized, bentocachePeer, cacheablePeer]

/** What reading a value costs of which a copy is in this process, in caches of other libraries and in ours. */
export async function cachedReadPeers({ quick }: Asking): Promise<Question> {
  const memory = await openMemory({ store: mapStore() })
  const { facts } = memory.as({ id: 'reader', role: 'bench' })
  const map = new Map<string, object>()
  const lru = new LRUCache<string, object>({ max: 10_000, ttl: ttlMs })
  const caches = await Promise.all(peers.map(async (peer) => ({ peer, cache: await peer.open({ copies: true }) })))
  for (const [index, key] of keys.entries()) {
    map.set(key, valueOf(index))
    lru.set(key, valueOf(index))
    await facts.set(key, valueOf(index))
    for (const { cache } of caches) await cache.set(key, valueOf(index))
  }
  // Not before all are written: a write may drop copies of other keys too.
  for (const key of keys) await facts.get(key)
  return {
    name: 'cached-read-peers',
    unit: `read of one of ${count.toLocaleString('en')} values of 1 KB that this process has cached`,
    times: quick ? 500 : 20_000,
    contenders: [
      synchronous('Map.get', (key) => map.get(key)),
      synchronous('lru-cache.get, with a time to live', (key) => lru.get(key)),
      synchronous('ours: peek', (key) => facts.peek(key)),
      awaited('ours: await get', (key) => facts.get(key)),
      ...caches.map(({ peer, cache }) => awaited(peer.name, (key) => cache.get(key))),
    ],
    ratios: [
      {
        of: 'ours: peek',
        to: 'lru-cache.get, with a time to live',
        most: 1 / 0.9,
        limit:
          'Both look up a key and compare a time. Ours also reads a word that all threads share (another cache line), checks the caller’s clearance, and counts the read for the audit.',
      },
      { of: 'ours: await get', to: 'bentocache', most: 1 / 10 },
      { of: 'ours: await get', to: 'cacheable', most: 1 / 30 },
      { of: 'ours: await get', to: 'cache-manager', most: 1 / 5 },
      { of: 'ours: await get', to: 'layered-loader', most: 1 / 1.2 },
    ],
    close: async () => {
      for (const { cache } of caches) await cache.close()
      await memory.close()
    },
  }
}

/** A read that never looks at the value is none: each contender looks at its name. */
const named = (value: unknown): number => (value as { name: string }).name.length
const key = (time: number): string => keys[(time * 7_919) % count] as string

function expect(who: string, value: unknown): void {
  if ((value as { name?: string } | undefined)?.name === 'Company 7') return
  throw new Error(`${who} gives a wrong answer: ${JSON.stringify(value)}`)
}

function synchronous(name: string, get: (key: string) => unknown): Contender {
  return {
    name,
    check: () => expect(name, get(keyOf(7))),
    run: (times) => {
      let found = 0
      for (let time = 0; time < times; time += 1) found += named(get(key(time)))
      return found
    },
  }
}

function awaited(name: string, get: (key: string) => Promise<unknown>): Contender {
  return {
    name,
    check: async () => expect(name, await get(keyOf(7))),
    run: async (times) => {
      let found = 0
      for (let time = 0; time < times; time += 1) found += named(await get(key(time)))
      return found
    },
  }
}
