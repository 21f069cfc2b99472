import { qualitySet } from './quality-set.ts'
import type { Contender, Question } from './question.ts'
import { findersOf } from './search-finders.ts'
import type { Find } from './search-finders.ts'

const texts = qualitySet.map(({ text }) => text)

/**
 * How many queries, in many languages and forms, miss their text: those that don't have it among
 * the first two hits. Everybody indexes the same texts.
 */
export async function searchQuality(): Promise<Question> {
  const peers = await findersOf(texts)
  return {
    name: 'search-quality',
    unit: `queries of ${qualitySet.reduce((sum, { queries }) => sum + queries.length, 0)} in 20 languages and forms whose text is not among the first two hits`,
    kind: 'count',
    times: 1,
    rounds: 1,
    warmUps: 0,
    contenders: peers.map(([name, find]) => contender(name, find)),
    ratios: peers.slice(1).map(([to]) => ({ of: 'ours', to, most: 1 })),
  }
}

function contender(name: string, find: Find): Contender {
  return {
    name,
    tellsFigure: true,
    check: async () => {
      if ((await find('environment'))[0] !== texts.findIndex((text) => text.includes('environment'))) {
        throw new Error('A word that only one text has does not find it.')
      }
    },
    run: async () => {
      let missed = 0
      for (const [number, { queries }] of qualitySet.entries()) {
        for (const query of queries) if (!(await find(query)).slice(0, 2).includes(number)) missed += 1
      }
      return missed
    },
  }
}
