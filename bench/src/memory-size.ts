import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { LRUCache } from 'lru-cache'

import { bentocachePeer } from './peers/bentocache-peer.ts'
import { cacheManagerPeer } from './peers/cache-manager-peer.ts'
import { ttlMs } from './peers/cache-peer.ts'
import type { CachePeer } from './peers/cache-peer.ts'
import { cacheablePeer } from './peers/cacheable-peer.ts'
import { layeredLoaderPeer } from './peers/layered-loader-peer.ts'
import type { Asking, Contender, Question } from './question.ts'

const keyOf = (index: number): string => `prospect/${index}`
const textOf = (index: number): string => JSON.stringify({ name: `Company ${index}`, notes: 'x'.repeat(180) })
/** Laid out in memory as what was read from a store: parsed, each on its own. */
const valueOf = (index: number): unknown => JSON.parse(textOf(index))

/** What a value of 210 characters takes: of the heap as a copy, of the heap in a store, of a file. */
export async function memorySize({ quick }: Asking): Promise<Question> {
  if (!globalThis.gc)
    throw new Error('This question needs a garbage collector that comes when called: node --expose-gc.')
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  let files = 0
  const fresh = (): string => join(folder, `${(files += 1)}.db`)
  return {
    name: 'memory-size',
    unit: 'bytes per value of 210 characters, including its key, as one of many',
    kind: 'bytes',
    times: quick ? 2_000 : 10_000,
    rounds: 1,
    warmUps: 0,
    contenders: [
      onHeap('copy: Map', async (count) => {
        const map = new Map<string, unknown>()
        for (let index = 0; index < count; index += 1) map.set(keyOf(index), valueOf(index))
        return { kept: map, close: async () => {} }
      }),
      onHeap('copy: lru-cache, with a time to live', async (count) => {
        const lru = new LRUCache<string, object>({ max: count, ttl: ttlMs })
        for (let index = 0; index < count; index += 1) lru.set(keyOf(index), valueOf(index) as object)
        return { kept: lru, close: async () => {} }
      }),
      onHeap('copy: ours, on a SQLite store', (count) => copies(fresh(), count)),
      ...[layeredLoaderPeer, cacheManagerPeer, bentocachePeer, cacheablePeer].map((peer) =>
        onHeap(`copy: ${peer.name}`, (count) => peerCopies(peer, count)),
      ),
      onHeap('store: ours in memory, with its feed', async (count) => {
        const memory = await openMemory({ store: mapStore(), architecture: 'centralized' })
        await fill(memory, count)
        return { kept: memory, close: () => memory.close() }
      }),
      inFile('file: ours, SQLite, with its feed', fresh, async (path, count) => {
        const memory = await openMemory({ store: sqliteStore({ path, durability: 'relaxed' }) })
        await fill(memory, count)
        await memory.close()
      }),
      inFile('file: better-sqlite3, a bare table', fresh, async (path, count) => {
        const db = new Database(path)
        db.exec('CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL)')
        const insert = db.prepare('INSERT INTO facts VALUES (?, ?)')
        db.transaction(() => {
          for (let index = 0; index < count; index += 1) insert.run(keyOf(index), textOf(index))
        })()
        db.close()
      }),
    ],
    ratios: [],
    close: async () => rmSync(folder, { recursive: true }),
  }
}

interface Held {
  /** What holds the values, so that they are not collected. */
  readonly kept: unknown
  close(): Promise<void>
}

function onHeap(name: string, hold: (count: number) => Promise<Held>): Contender {
  const weigh = async (count: number): Promise<number> => {
    const before = await heap()
    const { kept, close } = await hold(count)
    const bytes = (await heap()) - before
    if (kept === undefined) throw new Error('Nothing was kept.')
    await close()
    return bytes / count
  }
  return {
    name,
    tellsFigure: true,
    check: async () => {
      // What takes less than its text does not hold it. (Notes of one letter are one byte each.) There are so many
      // that what else is collected meanwhile, some hundred kilobytes soon after a start, does not matter.
      if ((await weigh(10_000)) < 100) throw new Error('The values are not there.')
    },
    run: weigh,
  }
}

function inFile(name: string, fresh: () => string, write: (path: string, count: number) => Promise<void>): Contender {
  const weigh = async (count: number): Promise<number> => {
    const path = fresh()
    await write(path, count)
    return statSync(path).size / count
  }
  return {
    name,
    tellsFigure: true,
    check: async () => {
      if ((await weigh(500)) < 210) throw new Error('The values are not there.')
    },
    run: weigh,
  }
}

async function copies(path: string, count: number): Promise<Held> {
  const memory = await openMemory({ store: sqliteStore({ path, durability: 'relaxed' }), maxEntries: 100_000 })
  await fill(memory, count)
  const { facts } = memory.as({ id: 'ann', role: 'bench' })
  for (let index = 0; index < count; index += 1) await facts.get(keyOf(index))
  return { kept: memory, close: () => memory.close() }
}

async function peerCopies(peer: CachePeer, count: number): Promise<Held> {
  const cache = await peer.open({ copies: true })
  for (let index = 0; index < count; index += 1) await cache.set(keyOf(index), valueOf(index))
  return { kept: cache, close: () => cache.close() }
}

async function fill(memory: Memory, count: number): Promise<void> {
  const { facts } = memory.as({ id: 'ann', role: 'bench' })
  for (let from = 0; from < count; from += 500) {
    const indexes = Array.from({ length: Math.min(500, count - from) }, (_, at) => from + at)
    await Promise.all(indexes.map((index) => facts.set(keyOf(index), valueOf(index))))
  }
}

async function heap(): Promise<number> {
  // What was closed a moment ago goes in several steps.
  for (let time = 0; time < 3; time += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}
