import type { Budget } from '@skein/core'
import { encryptionFromEnvironment, OptionError } from '@skein/memory'
import type { Architecture } from '@skein/memory'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'

import { defaultModel, openModel } from '../open/open-model.ts'
import { defaultStore, openStore } from '../open/open-store.ts'
import { runReport } from '../report/run-report.ts'
import type { Report } from '../report/run-report.ts'
import type { ReportProgress } from '../report/progress-sum.ts'
import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { showProgress } from '../terminal/show-progress.ts'
import type { ProgressRow } from '../terminal/show-progress.ts'
import { renderReport } from '../report/render-report.ts'
import { RunBoard } from '../inspect/run-dashboard.ts'
import { writeOut } from '../terminal/standard-streams.ts'

/** The options of `skein run` as they were given. */
interface RunFlags {
  readonly question: readonly string[]
  readonly isolated: boolean
  readonly store: string
  readonly space: string
  readonly architecture: Architecture
  readonly threads?: number
  readonly model: string
  readonly baseUrl?: string
  readonly budgetTokens?: number
  readonly budgetUsd?: number
  readonly json: boolean
  readonly dashboard: boolean
}

/** `skein run`: has a flock read files and sum them up. */
export function addRun(skein: Command, context: CommandContext): void {
  addCommand(skein, 'run')
    .description('Read text files together and sum them up, each sentence with its source.')
    .argument('<file...>', 'text files')
    .option('-q, --question <text>', 'send out an analyst with this question (may be repeated)', collect, [])
    .option('--isolated', 'let every analyst work alone, sharing nothing', false)
    .option('--store <address>', 'where the memory lives: a database file, or memory: for none', defaultStore)
    .option('--space <name>', 'which shared memory of the store', 'default')
    .addOption(
      new Option('--architecture <name>', 'where reads are answered')
        .choices(['hybrid', 'centralized'])
        .default('hybrid'),
    )
    .option('--threads <number>', 'worker threads (default: one per processor)', wholeNumber)
    .option(
      '--model <name>',
      'who reads: extractive (built in), or openai:NAME with the key in OPENAI_API_KEY',
      defaultModel,
    )
    .option('--base-url <url>', 'where a compatible server has its API, such as http://127.0.0.1:11434/v1')
    .option('--budget-tokens <number>', 'stop when the model has taken so many tokens', positiveNumber)
    .option('--budget-usd <number>', 'stop when the model has cost so many US dollars', positiveNumber)
    .option('--json', 'print one JSON object and nothing else on standard output', false)
    .option('--dashboard', 'show the flock at work on a live page, and stay until interrupted', false)
    .action((files: string[], flags: RunFlags) => run(files, flags, context))
}

/** Progress goes to standard error, the result alone to standard output. */
async function run(files: readonly string[], flags: RunFlags, context: CommandContext): Promise<void> {
  context.afterInterrupt = 'Run the same command again to go on: what is finished is kept.'
  if (flags.dashboard && flags.isolated) {
    throw new OptionError('--dashboard', 'left out with --isolated, where there is no shared memory to show', true)
  }
  const encryption = encryptionFromEnvironment()
  const model = openModel(flags.model, { baseURL: flags.baseUrl, budget: budgetOf(flags) })
  const { budget } = model.settings ?? {}
  const board = flags.dashboard ? new RunBoard(flags.store, budget ? [budget] : [], context.signal) : undefined
  const progress = showProgress(process.stderr, flags.json)
  try {
    await runReport({
      files,
      questions: flags.question,
      store: openStore(flags.store),
      space: flags.space,
      architecture: flags.architecture,
      isolated: flags.isolated,
      signal: context.signal,
      onProgress: (stages) => progress.update(rowsOf(stages)),
      model,
      ...(flags.threads !== undefined && { threads: flags.threads }),
      ...(encryption && { encryption }),
      ...(board && { onOpen: (opened) => board.open(opened) }),
      onFinish: async (report) => {
        progress.end()
        await writeOut(`${textOf(report, flags)}\n`)
        await board?.stay()
      },
    })
  } finally {
    progress.end()
    await board?.close()
  }
}

function textOf(report: Report, { json }: RunFlags): string {
  return json ? JSON.stringify({ summary: report.summary, stats: report.stats }) : renderReport(report, process.stdout)
}

function rowsOf({ notes, merges, analysts }: ReportProgress): ProgressRow[] {
  return [
    { label: 'summarisers', ...notes },
    { label: 'combiners', ...merges },
    { label: 'analysts', ...analysts },
  ]
}

function collect(value: string, all: readonly string[]): string[] {
  if (value.trim() === '') throw new InvalidArgumentError('Ask something.')
  return [...all, value]
}

function budgetOf({ budgetTokens, budgetUsd }: RunFlags): Budget | undefined {
  if (budgetTokens === undefined && budgetUsd === undefined) return undefined
  return {
    ...(budgetTokens !== undefined && { tokens: budgetTokens }),
    ...(budgetUsd !== undefined && { usd: budgetUsd }),
  }
}

function positiveNumber(value: string): number {
  const number = Number(value)
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('Expected a number above 0.')
  return number
}

function wholeNumber(value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 1 || number > 31)
    throw new InvalidArgumentError('Expected a whole number from 1 to 31.')
  return number
}
