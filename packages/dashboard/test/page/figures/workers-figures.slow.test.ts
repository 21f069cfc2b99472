import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { OpenAIServer } from '../../../../openai/test/openai-server.ts'
import { missing, startServer } from '../../../../redis/test/redis-server.ts'
import { startSkein } from '../../../../skein/test/run-skein.ts'
import { reportText } from '../../../../skein/test/sample-files.ts'
import { amount } from '../../../page/ui/amounts.ts'
import { print } from './command-figures.ts'
import type { CommandCost } from './command-figures.ts'
import { describeFigures } from './describe-figures.ts'
import type { EndedRun, Figure } from './describe-figures.ts'
import { sharedFigures, tokens } from './shared-figures.ts'
import { startDashboard } from './started-dashboard.ts'

const budget = 1_000_000

/** A run on the worker of another process, with what it printed. */
interface WorkedRun extends EndedRun {
  readonly printed: { readonly stats: { readonly used: CommandCost } }
  /** Asks for the queue, whose workers report about every second. */
  queue(): Promise<Queue>
}

/** What `skein workers` prints. */
interface Queue {
  readonly workers: readonly (Counts & { readonly id: string })[]
  readonly activities: readonly (Counts & {
    readonly name: string
    readonly version: string
    readonly workers: number
    readonly waiting: number
  })[]
}

interface Counts {
  readonly running: number
  readonly done: number
  readonly failed: number
  readonly retried: number
  readonly stalled: number
}

async function start(folder: string): Promise<WorkedRun> {
  await using closing = new AsyncDisposableStack()
  const redis = await startServer()
  closing.defer(() => redis.stop())
  const model = closing.use(await OpenAIServer.start())
  const common = ['--store', redis.url, '--model', 'openai:gpt-test', '--base-url', model.url]
  const worker = startSkein(['worker', ...common, '--threads', '1'], folder)
  closing.defer(async () => {
    worker.child.kill('SIGKILL')
    await worker.ended
  })
  await once(worker.child.stdout as NonNullable<typeof worker.child.stdout>, 'data')
  const file = join(folder, 'part.txt')
  writeFileSync(file, reportText.slice(0, 12_000))
  const run = closing.use(
    await startDashboard(
      ['run', file, ...common, '--executor', 'bullmq', '--budget-tokens', String(budget), '--json', '--dashboard'],
      folder,
    ),
  )
  const printed = JSON.parse(await run.ended) as WorkedRun['printed']
  const queue = async (): Promise<Queue> =>
    JSON.parse(await print(['workers', '--store', redis.url, '--json'], folder)) as Queue
  const kept = closing.move()
  return { url: run.url, store: redis.url, printed, queue, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

const countsOf = ({ running, done, failed, retried, stalled }: Counts): string[] =>
  [running, done, failed, retried, stalled].map(amount)

const figures: readonly Figure<WorkedRun>[] = [
  ...sharedFigures(),
  {
    view: 'metrics',
    name: 'activities of the queue',
    command: 'skein workers',
    shown: (page) => page.rows('Activities'),
    told: async (_, { queue }) =>
      (await queue()).activities.map(({ name, version, workers, waiting, ...counts }) => [
        `${name}@${version}`,
        ...[workers, waiting].map(amount),
        ...countsOf(counts),
      ]),
  },
  {
    view: 'metrics',
    name: 'workers',
    command: 'skein workers',
    shown: (page) => page.rows('Workers'),
    told: async (_, { queue }) => (await queue()).workers.map(({ id, ...counts }) => [id, ...countsOf(counts)]),
  },
  {
    view: 'metrics',
    name: 'budget',
    command: 'skein run',
    shown: async ({ page }) => page.locator('.budgets .number').allTextContents(),
    told: (_, { printed }) => [`${amount(tokens(printed.stats.used))} of ${amount(budget)}`],
  },
  {
    view: 'runs',
    name: 'calls and saved calls',
    command: 'skein run',
    shown: async (page) => (await page.rows('List of runs')).map((cells) => cells[5]),
    told: (_, { printed }) => [amount(printed.stats.used.calls)],
  },
]

if (missing === undefined) describeFigures('The page of a run on another worker', start, figures)
