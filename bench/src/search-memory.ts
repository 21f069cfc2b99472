import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import MiniSearch from 'minisearch'

import { missing, startServer } from '../../packages/redis/test/redis-server.ts'
import { MissingError } from './question.ts'
import type { Asking, Contender, Question } from './question.ts'
import { wordsFrom } from './search-texts.ts'

const together = 500
const query = 'w3 w14 w159'

/** What the search index of a process takes of its memory, for each of many observations of twenty words. */
export async function searchMemory({ quick }: Asking): Promise<Question> {
  if (!globalThis.gc)
    throw new Error('This question needs a garbage collector that comes when called: node --expose-gc.')
  if (missing) throw new MissingError(missing)
  const count = quick ? 3_000 : 100_000
  const server = await startServer('--appendonly', 'no')
  const store = redisStore(server.url)
  const writer = await openMemory({ store })
  const following = await openMemory({ store })
  await search(following)
  await fill(writer, count)
  const built = async (memory: Memory): Promise<number> => {
    const before = await held()
    await search(memory)
    return ((await held()) - before) / count
  }
  const [byFeed, fresh] = [await built(following), await openMemory({ store })]
  const byScan = await built(fresh)
  const mini = await ofMiniSearch(count)
  const inMemory = await ofMapStore(count)
  return {
    name: 'search-memory',
    unit: 'bytes of memory per observation of 20 words',
    kind: 'bytes',
    times: 1,
    rounds: 1,
    warmUps: 0,
    contenders: [
      known('index on Redis, kept up by the feed', byFeed),
      known('index on Redis, built from what is there', byScan),
      known('store in memory: records, feed and index', inMemory),
      known('MiniSearch', mini),
    ],
    ratios: [
      { of: 'index on Redis, kept up by the feed', most: 400 },
      { of: 'index on Redis, built from what is there', most: 400 },
    ],
    close: async () => {
      for (const memory of [writer, following, fresh]) await memory.close()
      await server.stop()
    },
  }
}

/** An index is built once, so its size is known before its turn. */
function known(name: string, bytes: number): Contender {
  return {
    name,
    tellsFigure: true,
    check: () => {
      // Twenty words take more than this, however they are packed.
      if (bytes < 40) throw new Error('The index is not there.')
    },
    run: () => bytes,
  }
}

async function fill(memory: Memory, count: number): Promise<void> {
  const { observations } = memory.as({ id: 'ann', role: 'bench' })
  const text = wordsFrom(7)
  for (let from = 0; from < count; from += together) {
    await Promise.all(Array.from({ length: together }, () => observations.log({ value: text(), task: 't' })))
  }
}

async function search(memory: Memory): Promise<void> {
  await memory.as({ id: 'bob', role: 'bench' }).observations.search(query, { limit: 3 })
}

async function ofMapStore(count: number): Promise<number> {
  const memory = await openMemory({ store: mapStore() })
  const before = await held()
  await fill(memory, count)
  const bytes = ((await held()) - before) / count
  await memory.close()
  return bytes
}

async function ofMiniSearch(count: number): Promise<number> {
  const before = await held()
  const index = new MiniSearch({ fields: ['text'] })
  const text = wordsFrom(7)
  for (let id = 0; id < count; id += 1) index.add({ id, text: text() })
  const bytes = ((await held()) - before) / count
  if (index.search(query).length === 0) throw new Error('Nothing is found.')
  return bytes
}

async function held(): Promise<number> {
  // What was written a moment ago goes in several steps.
  for (let time = 0; time < 5; time += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
