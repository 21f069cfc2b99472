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
const words = { rare: 'w4801 w4807 w4813', frequent: 'w3 w14 w159' }

interface Filled {
  readonly store: 'SQLite' | 'memory' | 'Redis'
  readonly count: number
  readonly memory: Memory
}

/** How long the slowest of twenty searches takes on each store, and one in the middle. */
export async function searchStores({ quick, folder }: Asking): Promise<Question> {
  if (missing) throw new MissingError(missing)
  const server = await startServer('--appendonly', 'no')
  const spaces: Filled[] = []
  for (const count of quick ? [2_000] : [10_000, 100_000]) {
    spaces.push({ store: 'memory', count, memory: await fill(await openMemory({ store: mapStore() }), count) })
    const store = redisStore({ url: server.url })
    spaces.push({ store: 'Redis', count, memory: await fill(await openMemory({ store, space: `s${count}` }), count) })
    spaces.push({ store: 'SQLite', ...(await filled(folder, count)) })
  }
  if (!quick) spaces.push({ store: 'SQLite', ...(await filled(folder, 1_000_000)) })
  const asked = spaces.flatMap((space) => (['rare', 'frequent'] as const).map((which) => ({ ...space, which })))
  return {
    name: 'search-stores',
    unit: 'the best 10 of all observations for 3 rare or frequent words: one search, and the slowest of 20',
    times: quick ? 3 : 20,
    rounds: 15,
    budgetMs: 20_000,
    contenders: asked.flatMap(({ which, memory, ...space }) =>
      [0.5, 0.95].map((share) => searching(nameOf(space, which, share), memory, words[which], share)),
    ),
    ratios: asked.flatMap(({ which, ...space }) => {
      const most = mostMs(space)
      return most === undefined ? [] : [{ of: nameOf(space, which, 0.95), most: most * ms }]
    }),
    close: async () => {
      for (const { memory } of spaces) await memory.close()
      await server.stop()
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

function searching(name: string, memory: Memory, query: string, share: number): Contender {
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
