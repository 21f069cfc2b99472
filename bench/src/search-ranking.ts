import type { Contender, Question } from './question.ts'
import { rankingSets } from './ranking-sets.ts'
import type { RankingSet } from './ranking-sets.ts'
import { findersOf } from './search-finders.ts'
import type { Find } from './search-finders.ts'

const depth = 10

/** What is lost of 100 points, by each way to count them. */
interface Lost {
  readonly ndcg: number
  readonly recall: number
  readonly mrr: number
}

/**
 * How well answers are ranked, by kind of text: 100 points less nDCG@10, so that 0 is the best; and of all sets
 * together what is lost of R@10 and of MRR.
 */
export async function searchRanking(): Promise<Question> {
  const scored = await Promise.all(rankingSets.map(scoresOf))
  const lost = new Map<string, number>()
  const names = [...(scored[0]?.keys() ?? [])]
  for (const name of names) {
    for (const [at, { name: set }] of rankingSets.entries())
      lost.set(`${set}: ${name}`, scored[at]?.get(name)?.ndcg ?? 100)
    for (const [title, way] of [
      ['R@10', 'recall'],
      ['MRR', 'mrr'],
    ] as const) {
      const all = scored.map((of) => of.get(name)?.[way] ?? 100)
      lost.set(`all, ${title}: ${name}`, all.reduce((sum, one) => sum + one, 0) / all.length)
    }
  }
  const rows = [...rankingSets.map(({ name }) => name), 'all, R@10', 'all, MRR']
  return {
    name: 'search-ranking',
    unit: 'points of 100 that are lost of nDCG@10, where the row does not say R@10 or MRR',
    kind: 'count',
    times: 1,
    rounds: 1,
    warmUps: 0,
    contenders: rows.flatMap((row) => names.map((name) => contender(`${row}: ${name}`, lost.get(`${row}: ${name}`)))),
    ratios: rows.flatMap((row) => {
      const others = names.slice(1).map((name) => `${row}: ${name}`)
      const best = others.toSorted((a, b) => (lost.get(a) ?? 0) - (lost.get(b) ?? 0))[0] as string
      const of = `${row}: ours`
      return [{ of, ...(lost.get(best) === 0 ? { most: 0 } : { to: best, most: 1 }) }]
    }),
  }
}

async function scoresOf({ texts, queries }: RankingSet): Promise<ReadonlyMap<string, Lost>> {
  const scores = new Map<string, Lost>()
  for (const [name, find] of await findersOf(texts)) scores.set(name, await lostBy(find, queries))
  return scores
}

async function lostBy(find: Find, queries: RankingSet['queries']): Promise<Lost> {
  let [ndcg, recall, mrr] = [0, 0, 0]
  for (const [query, relevant] of queries) {
    const hits = (await find(query)).slice(0, depth).map((number) => relevant.includes(number))
    const ideal = relevant.reduce((sum, _, at) => sum + gain(at), 0)
    ndcg += hits.reduce((sum, isHit, at) => sum + (isHit ? gain(at) : 0), 0) / ideal
    recall += hits.filter(Boolean).length / relevant.length
    mrr += hits.includes(true) ? 1 / (hits.indexOf(true) + 1) : 0
  }
  const share = (points: number): number => Math.round(1_000 * (100 - (100 * points) / queries.length)) / 1_000
  return { ndcg: share(ndcg), recall: share(recall), mrr: share(mrr) }
}

/** What a hit is worth at a place. Source: K. Järvelin and J. Kekäläinen, 2002. */
function gain(at: number): number {
  return 1 / Math.log2(at + 2)
}

function contender(name: string, points: number | undefined): Contender {
  return {
    name,
    tellsFigure: true,
    check: () => {
      if (points === undefined) throw new Error('It was not scored.')
    },
    run: () => points,
  }
}
