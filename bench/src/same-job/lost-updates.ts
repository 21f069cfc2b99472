import type { Asking, Contender, Open, Question } from '../question.ts'
import type { JobName } from './find-job.ts'
import { openAll } from './job-crew.ts'
import type { JobCrew } from './job-crew.ts'
import { inFolder, onServer } from './place.ts'
import type { OpenPlace } from './place.ts'

/** How many increments are lost when four processes count in one file. */
export const lostUpdates: Open = (asking) =>
  counting(asking, 'lost-updates', inFolder, [
    'ours: facts, full',
    'ours: facts, relaxed',
    'ours: LangGraph, relaxed',
    'our facts, set without a version',
    'Keyv, SQLite',
    'Keyv, SQLite with wal',
    'Mastra, LibSQL',
    'LangGraph, SqliteSaver',
  ])

/** The same at one Redis server. */
export const lostUpdatesRedis: Open = (asking) =>
  counting(asking, 'lost-updates-redis', onServer, [
    'ours: facts, full',
    'ours: LangGraph, full',
    'our facts, set without a version',
    'Keyv, Redis',
    'cacheable',
    'bentocache',
  ])

async function counting(
  { quick }: Asking,
  name: string,
  openPlace: OpenPlace,
  jobs: readonly JobName[],
): Promise<Question> {
  const [processes, each] = quick ? [2, 20] : [4, 100]
  const crews = await openAll(jobs, openPlace, processes)
  return {
    name,
    unit: `increments lost of ${(processes * each).toLocaleString('en')} acknowledged to ${processes} processes`,
    kind: 'count',
    times: 1,
    rounds: quick ? 1 : 3,
    warmUps: 0,
    budgetMs: 300_000,
    contenders: crews.map((crew) => contender(crew, each)),
    ratios: jobs.filter(isOurs).map((of) => ({ of, most: 0 })),
    close: async () => {
      await Promise.all(crews.map((crew) => crew.close()))
    },
  }
}

/** Ours must neither lose nor refuse one; of a peer, one that rejects (“database is locked”) is not acknowledged. */
function isOurs(name: JobName): boolean {
  return name.startsWith('ours: ')
}

/** What is lost differs from turn to turn: whether it is right is the question. */
function contender(crew: JobCrew, each: number): Contender {
  let before = 0
  const run = async (): Promise<number> => {
    const acknowledged = await crew.tell({ type: 'increment', count: each, mayReject: !isOurs(crew.name) })
    const total = await crew.total()
    const lost = acknowledged.reduce((sum, count) => sum + count, 0) - (total - before)
    before = total
    return lost
  }
  return { name: crew.name, tellsFigure: true, check: () => {}, run }
}
