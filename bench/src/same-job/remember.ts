import type { Asking, Contender, Open, Question, Ratio } from '../question.ts'
import type { JobName } from './find-job.ts'
import { openAll } from './job-crew.ts'
import type { JobCrew } from './job-crew.ts'
import { inFolder, onServer } from './place.ts'
import type { OpenPlace } from './place.ts'

const inFiles: readonly JobName[] = [
  'ours: facts, full',
  'ours: facts, relaxed',
  'ours: observations, full',
  'ours: observations, relaxed',
  'Keyv, SQLite',
  'Keyv, SQLite with wal',
  'Mastra, LibSQL',
]
const atServer: readonly JobName[] = ['ours: facts, full', 'ours: observations, full', 'Keyv, Redis', 'cacheable']

const limit =
  'Keyv and cacheable write one row, or send one SET. Ours also keeps a version, a label, a checksum, the version before it and an entry in the feed, which tells the others.'

/** Each beside one that promises as much of what a power cut leaves. */
const fileRatios: readonly Ratio[] = [
  { of: 'ours: facts, full', to: 'Keyv, SQLite', most: 1 },
  { of: 'ours: facts, relaxed', to: 'Keyv, SQLite with wal', most: 1, limit },
  { of: 'ours: observations, relaxed', to: 'Mastra, LibSQL', most: 1 },
]
const serverRatios: readonly Ratio[] = [
  { of: 'ours: facts, full', to: 'Keyv, Redis', most: 1, limit },
  { of: 'ours: facts, full', to: 'cacheable', most: 1, limit },
]

/** What it takes to remember something and to recall something, in one process with a SQLite file. */
export const remember: Open = (asking) => remembering(asking, 'remember', 1, inFolder, inFiles, fileRatios)

/** The same in four processes at once, with one file. */
export const remember4: Open = (asking) => remembering(asking, 'remember-4', 4, inFolder, inFiles, fileRatios)

/** The same in one process with a Redis server. */
export const rememberRedis: Open = (asking) =>
  remembering(asking, 'remember-redis', 1, onServer, atServer, serverRatios)

/** The same in four processes at once, with one server. */
export const rememberRedis4: Open = (asking) =>
  remembering(asking, 'remember-redis-4', 4, onServer, atServer, serverRatios)

async function remembering(
  { quick }: Asking,
  name: string,
  processes: number,
  openPlace: OpenPlace,
  jobs: readonly JobName[],
  ratios: readonly Ratio[],
): Promise<Question> {
  const each = quick ? 5 : 100
  const crews = await openAll(jobs, openPlace, processes)
  const from = processes === 1 ? '1 process' : `${processes} processes at once`
  return {
    name,
    unit: `a text of 200 characters remembered, and one of the turn before recalled, from ${from}`,
    times: each * processes,
    rounds: 15,
    budgetMs: 60_000,
    contenders: crews.map((crew) => contender(crew, each)),
    ratios,
    close: async () => {
      await Promise.all(crews.map((crew) => crew.close()))
    },
  }
}

/** Each process checks what it recalls. */
function contender(crew: JobCrew, each: number): Contender {
  let turn = -1
  const run = async (): Promise<number> => {
    const took = await crew.tell({ type: 'remember', turn: (turn += 1), count: each })
    return Math.max(...took) / (each * crew.processes)
  }
  return {
    name: crew.name,
    tellsFigure: true,
    // Once to have something to recall.
    check: async () => void (await run(), await run()),
    run,
  }
}
