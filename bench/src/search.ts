import type { Memory } from '@skein/memory'

import { filled } from './growth.ts'
import type { Asking, Contender, Question } from './question.ts'

const together = 100
const text = 'w3 w14 w159 w2653 w589 w79 w323 w8 w462 w64'

/** What it costs to make an observation findable, and to find it, in spaces of 10,000 to a million. */
export async function search({ quick, folder }: Asking): Promise<Question> {
  const counts = quick ? [2_000, 5_000] : [10_000, 100_000, 1_000_000]
  const spaces: Awaited<ReturnType<typeof filled>>[] = []
  for (const count of counts) spaces.push(await filled(folder, count))
  return {
    name: 'search',
    unit: `log of a 10-word observation with ${together - 1} others, and search of all for 3 rare or frequent words`,
    times: 1,
    rounds: 15,
    contenders: spaces.flatMap(({ memory, count }) => {
      const among = count.toLocaleString('en')
      return [
        indexing(`index among ${among}`, memory, quick ? 1 : 5),
        querying(`find rare words among ${among}`, memory, 'w4801 w4807 w4813', quick ? 2 : 10),
        querying(`find frequent words among ${among}`, memory, 'w3 w14 w159', quick ? 1 : 2),
      ]
    }),
    ratios: [],
    close: async () => {
      for (const { memory } of spaces) await memory.close()
    },
  }
}

function indexing(name: string, memory: Memory, batches: number): Contender {
  const { observations } = memory.as({ id: 'ann', role: 'bench' })
  let index = 0
  const batch = (): Promise<unknown> =>
    Promise.all(
      Array.from({ length: together }, () => observations.log({ task: 'fresh', value: `${text} n${(index += 1)}` })),
    )
  return {
    name,
    tellsFigure: true,
    check: async () => {
      await batch()
      const found = await observations.search(`n${index}`, { task: 'fresh', limit: 3 })
      if (found[0]?.item.value !== `${text} n${index}`) throw new Error('What was logged is not found.')
    },
    run: async () => {
      const startedAt = process.hrtime.bigint()
      for (let time = 0; time < batches; time += 1) await batch()
      return Number(process.hrtime.bigint() - startedAt) / (batches * together)
    },
  }
}

function querying(name: string, memory: Memory, words: string, times: number): Contender {
  const { observations } = memory.as({ id: 'bob', role: 'bench' })
  const one = async (): Promise<number> => (await observations.search(words, { limit: 10 })).length
  return {
    name,
    tellsFigure: true,
    check: async () => {
      if ((await one()) < 1) throw new Error('Nothing is found.')
    },
    run: async () => {
      const startedAt = process.hrtime.bigint()
      for (let time = 0; time < times; time += 1) await one()
      return Number(process.hrtime.bigint() - startedAt) / times
    },
  }
}
