import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { redisStore } from '@skein/redis'

import { missing, startServer } from '../../packages/redis/test/redis-server.ts'
import { filled } from './growth.ts'
import { MissingError } from './question.ts'
import type { Asking, Contender, Question } from './question.ts'
import { wordsFrom } from './search-texts.ts'

const together = 1_000
const ms = 1_000_000
const names = { memory: 'search-in-memory', Redis: 'search-on-redis', SQLite: 'search-on-sqlite' }
const words = { rare: 'w4801 w4807 w4813', frequent: 'w3 w14 w159' }

type StoreName = 'memory' | 'Redis' | 'SQLite'

interface Filled {
  readonly store: StoreName
  readonly count: number
  readonly memory: Memory
}

/** How long the slowest of twenty searches takes in memory, and one in the middle. */
export function searchInMemory(asking: Asking): Promise<Question> {
  const open = (): Promise<Memory> => openMemory({ store: mapStore() })
  return searching(asking, 'memory', (count) => open().then((memory) => fill(memory, count)))
}

/** The same on a Redis server, from an index in the process. */
export async function searchOnRedis(asking: Asking): Promise<Question> {
  if (missing) throw new MissingError(missing)
  const server = await startServer('--appendonly', 'no')
  const open = (count: number): Promise<Memory> =>
    openMemory({ store: redisStore({ url: server.url }), space: `s${count}` })
  const question = await searching(asking, 'Redis', (count) => open(count).then((memory) => fill(memory, count)))
  return {
    ...question,
    close: async () => {
      await question.close?.()
      await server.stop()
    },
  }
}

/** The same in a file. */
export function searchOnSqlite(asking: Asking): Promise<Question> {
  return searching(asking, 'SQLite', async (count) => (await filled(asking.folder, count)).memory)
}

/** Each store in a process of its own: what one leaves to the garbage collector is not the other's to wait for. */
async function searching(
  { quick }: Asking,
  store: StoreName,
  open: (count: number) => Promise<Memory>,
): Promise<Question> {
  const spaces: Filled[] = []
  const counts = [10_000, 100_000, ...(store === 'SQLite' ? [1_000_000] : [])]
  for (const count of quick ? [2_000] : counts) spaces.push({ store, count, memory: await open(count) })
  const asked = spaces.flatMap((space) => (['rare', 'frequent'] as const).map((which) => ({ ...space, which })))
  return {
    name: names[store],
    unit: 'the best 10 of all observations for 3 rare or frequent words: one search, and the slowest of 20',
    times: quick ? 3 : 20,
    rounds: 15,
    budgetMs: 20_000,
    contenders: asked.flatMap(({ which, memory, ...space }) =>
      [0.5, 0.95].map((share) => finder(nameOf(space, which, share), memory, words[which], share)),
    ),
    ratios: asked.flatMap(({ which, ...space }) => {
      const most = mostMs(space)
      return most === undefined ? [] : [{ of: nameOf(space, which, 0.95), most: most * ms }]
    }),
    close: async () => {
      for (const { memory } of spaces) await memory.close()
    },
  }
}

/** The longest time, in milliseconds, that nineteen of twenty searches may take. */
function mostMs({ store, count }: Pick<Filled, 'store' | 'count'>): number | undefined {
  if (count === 1_000_000) return 50
  if (count === 100_000) return store === 'SQLite' ? 8 : 5
  return undefined
}

function nameOf({ store, count }: Pick<Filled, 'store' | 'count'>, which: string, share: number): string {
  return `${store}, ${which} words among ${count.toLocaleString('en')}${share > 0.5 ? ', p95' : ''}`
}

function finder(name: string, memory: Memory, query: string, share: number): Contender {
  const { observations } = memory.as({ id: 'bob', role: 'bench' })
  const one = async (): Promise<number> => (await observations.search(query, { limit: 10 })).length
  return {
    name,
    tellsFigure: true,
    check: async () => {
      if ((await one()) < 1) throw new Error('Nothing is found.')
    },
    run: async (times) => {
      const took: number[] = []
      for (let time = 0; time < times; time += 1) {
        const startedAt = process.hrtime.bigint()
        await one()
        took.push(Number(process.hrtime.bigint() - startedAt))
      }
      return took.toSorted((a, b) => a - b)[Math.min(times - 1, Math.floor(times * share))]
    },
  }
}

async function fill(memory: Memory, count: number): Promise<Memory> {
  const { observations } = memory.as({ id: 'ann', role: 'bench' })
  const text = wordsFrom(7)
  for (let from = 0; from < count; from += together) {
    await Promise.all(Array.from({ length: together }, (_, at) => observations.log({ value: text(), task: `t${at}` })))
  }
  return memory
}
