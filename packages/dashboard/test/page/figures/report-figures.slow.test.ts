import { join } from 'node:path'

import { reportFile } from '../../../../skein/test/sample-files.ts'
import { amount, duration } from '../../../page/ui/amounts.ts'
import { describeFigures } from './describe-figures.ts'
import type { EndedRun, Figure } from './describe-figures.ts'
import { sharedFigures, tokens } from './shared-figures.ts'
import { startDashboard } from './started-dashboard.ts'

const questions = ['What is said about the hostages in Iran?', 'What was done for the environment?']

/** A run of the report of the demo. */
async function start(folder: string): Promise<EndedRun> {
  const store = join(folder, 'report.db')
  const asked = questions.flatMap((question) => ['--question', question])
  const command = ['run', reportFile, '--store', store, '--json', '--dashboard', ...asked]
  const { url, ended, ...started } = await startDashboard(command, folder)
  await ended
  return { url, store, ...started }
}

const figures: readonly Figure<EndedRun>[] = [
  ...sharedFigures(),
  {
    view: 'map',
    name: 'agents',
    command: 'skein runs',
    shown: async (page) => {
      const [, left = 0, ended = 0] = /of (\d+) agents(?:, (\d+) ended)?/.exec(await page.summary('agents')) ?? []
      return Number(left) + Number(ended)
    },
    told: ({ runs: [run] }) => run?.agents,
  },
  {
    view: 'timeline',
    name: 'runs of activities',
    command: 'skein stats',
    shown: async (page) => {
      await page.openTable()
      return page.sum('Runs')
    },
    told: ({ stats }) => stats.work.total.computed,
  },
  {
    view: 'traces',
    name: 'tokens',
    command: 'skein stats',
    shown: (page) => page.sum('Tokens'),
    told: ({ stats }) => tokens(stats.work.total.used),
  },
  {
    view: 'metrics',
    name: 'rework rate',
    command: 'skein tail work/',
    shown: (page) => page.card('rework rate'),
    told: ({ tail, stats }) => {
      const works = new Set(tail.filter(({ collection }) => collection === 'work').map(({ id }) => id))
      return `${stats.work.total.computed - works.size} %, of results and claims were repeated`
    },
  },
  {
    view: 'runs',
    name: 'state, agents, calls and saved calls',
    command: 'skein runs',
    shown: async (page) =>
      (await page.rows('List of runs')).map(([, state = '', , , ...rest]) => [state.slice(2), ...rest]),
    told: ({ runs }) =>
      runs.map(({ state, agents = 0, used, saved }) => [
        state,
        amount(agents),
        amount(used?.calls ?? 0),
        `${amount(saved?.calls ?? 0)} calls`,
      ]),
  },
  {
    view: 'runs',
    name: 'how long it took',
    command: 'skein runs',
    shown: async (page) => (await page.rows('List of runs')).map((cells) => cells[3]),
    told: ({ runs }) => runs.map(({ startedAt, endedAt = 0 }) => duration(endedAt - startedAt)),
  },
]

describeFigures('The page of a report that was made', start, figures)
