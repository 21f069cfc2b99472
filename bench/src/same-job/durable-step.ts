import type { Contender, Open } from '../question.ts'
import type { JobName } from './find-job.ts'
import { openAll } from './job-crew.ts'
import type { JobCrew } from './job-crew.ts'
import { inFolder } from './place.ts'
import { savingLimit } from './saving-limit.ts'

const jobs: readonly JobName[] = [
  'ours: facts, full',
  'ours: facts, relaxed',
  'ours: LangGraph, full',
  'ours: LangGraph, relaxed',
  'LangGraph, SqliteSaver',
  'Mastra, workflow',
]
const steps = 10

/** What a step takes whose result is kept, and found again when its run is repeated after a failure. */
export const durableStep: Open = async ({ quick }) => {
  const crews = await openAll(jobs, inFolder, 1)
  return {
    name: 'durable-step',
    unit: `one of ${steps} steps that keep their results; the last one fails, and the run is repeated`,
    times: steps,
    rounds: quick ? 1 : 31,
    budgetMs: 20_000,
    contenders: crews.map((crew) => contender(crew)),
    ratios: [
      { of: 'ours: facts, relaxed', to: 'LangGraph, SqliteSaver', most: 1 },
      { of: 'ours: facts, relaxed', to: 'Mastra, workflow', most: 1 },
      { of: 'ours: LangGraph, relaxed', to: 'LangGraph, SqliteSaver', most: 1, limit: savingLimit },
    ],
    close: async () => {
      await Promise.all(crews.map((crew) => crew.close()))
    },
  }
}

function contender(crew: JobCrew): Contender {
  let turn = 0
  const run = async (): Promise<number> => {
    const [took = Number.NaN] = await crew.tell({ type: 'steps', turn: (turn += 1), count: steps })
    return took / steps
  }
  return { name: crew.name, tellsFigure: true, check: async () => void (await run()), run }
}
