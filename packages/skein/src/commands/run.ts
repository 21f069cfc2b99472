import type { Budget } from '@skein/core'
import { languages } from '@skein/core/executor'
import type { ExecutorFactory, Language, Model } from '@skein/core/executor'
import { encryptionFromEnvironment, OptionError } from '@skein/memory'
import type { Architecture } from '@skein/memory'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { integerFrom, positiveNumber } from '../cli/parse-option.ts'
import { isKnownEncoding } from '../documents/text-encodings.ts'
import { RunDashboard } from '../inspect/run-dashboard.ts'
import { requireRedis } from '../machines/require-redis.ts'
import { workersOf } from '../machines/workers-of.ts'
import { defaultModel, openModel } from '../open/open-model.ts'
import { openStore } from '../open/open-store.ts'
import { defaultStore, parseStoreAddress } from '../open/store-address.ts'
import { renderFullPlan, renderPlan } from '../render/render-plan.ts'
import { planReport } from '../report/plan-report.ts'
import type { ReportPlan } from '../report/report-plan.ts'
import type { ReportOptions } from '../report/report-options.ts'
import type { ReportProgress } from '../report/progress-sum.ts'
import { renderReport } from '../report/render-report.ts'
import type { Report } from '../report/report.ts'
import { amountsOf } from '../report/ceiling.ts'
import { defaultCeiling } from '../report/default-ceiling.ts'
import { runReport } from '../report/run-report.ts'
import { confirm } from '../terminal/confirm.ts'
import { print, printJson, printNote } from '../terminal/printer.ts'
import { showProgress } from '../terminal/show-progress.ts'
import type { ProgressRow } from '../terminal/show-progress.ts'
import { numberText } from '../terminal/number-text.ts'

/** The options of `skein run` as given. */
interface RunFlags {
  readonly question: readonly string[]
  readonly language?: Language
  readonly encoding?: string
  readonly skipBad: boolean
  readonly isolated: boolean
  readonly store: string
  readonly space: string
  readonly architecture: Architecture
  readonly threads?: number
  readonly executor: 'threads' | 'bullmq'
  readonly queue: string
  readonly model: string
  readonly baseUrl?: string
  readonly apiKeyEnv?: string
  readonly budgetCalls?: number
  readonly budgetTokens?: number
  readonly budgetUsd?: number
  readonly dryRun: boolean
  readonly json: boolean
  readonly dashboard: boolean
}

const maxThreads = 31

/** Adds `skein run`, which lets a flock read and summarize files. */
export function addRun(skein: Command, context: CommandContext): void {
  addCommand(skein, 'run')
    .argument('<file...>', 'documents, folders, patterns, or - for standard input')
    .option('-q, --question <text>', 'a question for an analyst to answer (may be repeated)', collectQuestion, [])
    .addOption(
      new Option('--language <code>', 'the language of the files (default: detected from their words)').choices(
        languages,
      ),
    )
    .option(
      '--encoding <name>',
      'the encoding of the files (default: UTF-8, or detected from their bytes)',
      encodingFrom,
    )
    .option('--skip-bad', 'leave out files that cannot be used, and say which', false)
    .option('--isolated', 'make every analyst work alone and share nothing', false)
    .option(
      '--store <address>',
      'the store: a database file, redis://HOST:PORT, or memory: to keep nothing',
      defaultStore,
    )
    .option('--space <name>', 'the space within the store', 'default')
    .addOption(
      new Option('--architecture <name>', 'what answers reads: local copies, or the store')
        .choices(['hybrid', 'centralized'])
        .default('hybrid'),
    )
    .option('--threads <number>', 'worker threads (default: one per processor)', integerFrom(1, maxThreads))
    .addOption(
      new Option('--executor <name>', 'where the work runs: in threads, or on workers of any machine (skein worker)')
        .choices(['threads', 'bullmq'])
        .default('threads'),
    )
    .option('--queue <name>', 'with --executor bullmq: the queue of the workers', 'default')
    .option(
      '--model <name>',
      'the model: extractive (built in), or openai:NAME with the key in OPENAI_API_KEY',
      defaultModel,
    )
    .option('--base-url <url>', 'the API of a compatible server, such as http://127.0.0.1:11434/v1')
    .option('--api-key-env <variable>', 'the environment variable with the key for --base-url (default: no key)')
    .option(
      '--budget-calls <number>',
      `stop before the model is called more often (${defaultOf('calls')})`,
      positiveNumber,
    )
    .option('--budget-tokens <number>', `stop before it uses more tokens (${defaultOf('tokens')})`, positiveNumber)
    .option(
      '--budget-usd <number>',
      `stop before it costs more US dollars (${defaultOf('usd')} where its price is known)`,
      positiveNumber,
    )
    .option('--dry-run', 'show the plan of the run and end: no model is asked, nothing is written', false)
    .option('--json', 'print one JSON object and nothing else on standard output', false)
    .option('--dashboard', 'show the flock at work on a live page, and keep it open until interrupted', false)
    .action((files: string[], flags: RunFlags) => run(files, flags, context))
}

/** Progress goes to standard error, the result alone to standard output. */
async function run(files: readonly string[], flags: RunFlags, context: CommandContext): Promise<void> {
  context.afterInterrupt = 'Run the same command again to continue: finished work is kept.'
  if (flags.dashboard && flags.isolated) {
    throw new OptionError('--dashboard', 'absent with --isolated, which has no shared memory to show', true)
  }
  const encryption = encryptionFromEnvironment()
  const model = openModel(flags.model, { baseURL: flags.baseUrl, apiKeyEnv: flags.apiKeyEnv, budget: budgetOf(flags) })
  if (flags.dryRun) {
    parseStoreAddress(flags.store)
    await printPlan(await planReport({ ...readingOf(files, flags, model), signal: context.signal }), flags)
    return
  }
  const executor = await executorOf(flags)
  const { budget } = model.settings ?? {}
  const workers = executor ? workersOf(flags.store, flags.queue) : {}
  const dashboard = flags.dashboard
    ? new RunDashboard(flags.store, budget ? [budget] : [], context.signal, workers)
    : undefined
  const progress = showProgress(flags.json)
  try {
    await runReport({
      ...readingOf(files, flags, model),
      store: await openStore(flags.store),
      space: flags.space,
      architecture: flags.architecture,
      signal: context.signal,
      onProgress: (stages) => progress.update(rowsOf(stages)),
      onPlan: (plan) => {
        if (!flags.json) printNote(renderPlan(plan))
      },
      mayExceed: (estimate) => confirm(`Use about ${amountsOf(estimate, 'and')}?`, context.signal),
      ...(flags.threads !== undefined && { threads: flags.threads }),
      ...(encryption && { encryption }),
      ...(executor && { executor }),
      ...(dashboard && { onOpen: (opened) => dashboard.open(opened) }),
      onFinish: async (report) => {
        progress.end()
        await printReport(report, flags)
        await dashboard?.stay()
      },
    })
  } finally {
    progress.end()
    await dashboard?.close()
  }
}

/** Workers find the queue where the store is. */
async function executorOf({ executor, store, queue, isolated }: RunFlags): Promise<ExecutorFactory | undefined> {
  if (executor === 'threads') return undefined
  if (isolated) throw new OptionError('--executor', 'threads with --isolated, where nobody shares a memory', executor)
  const connection = requireRedis(store)
  const { bullmqExecutor } = await import('@skein/bullmq')
  return bullmqExecutor({ connection, queue })
}

/** The options that say what is read, and what for. */
function readingOf(files: readonly string[], flags: RunFlags, model: Model): Omit<ReportOptions, 'store'> {
  return {
    files,
    questions: flags.question,
    isolated: flags.isolated,
    skipBad: flags.skipBad,
    ...(flags.language && { language: flags.language }),
    ...(flags.encoding !== undefined && { encoding: flags.encoding }),
    model,
  }
}

async function printPlan(plan: ReportPlan, { json }: RunFlags): Promise<void> {
  for (const { problem } of json ? [] : plan.skipped) printNote(`Left out: ${problem}`)
  if (json) await printJson(plan)
  else await print(renderFullPlan(plan, process.stdout))
}

async function printReport(report: Report, { json }: RunFlags): Promise<void> {
  const { summary, unanswered, skipped, stats } = report
  for (const { problem } of json ? [] : skipped) printNote(`Left out: ${problem}`)
  if (json) await printJson({ summary, unanswered, skipped, stats })
  else await print(renderReport(report, process.stdout))
}

function rowsOf({ notes, merges, analysts }: ReportProgress): ProgressRow[] {
  return [
    { label: 'summarizers', ...notes },
    { label: 'combiners', ...merges },
    { label: 'analysts', ...analysts },
  ]
}

function collectQuestion(question: string, earlier: readonly string[]): string[] {
  if (question.trim() === '') throw new InvalidArgumentError('Expected a question that is not blank.')
  return [...earlier, question]
}

function encodingFrom(name: string): string {
  if (!isKnownEncoding(name))
    throw new InvalidArgumentError('Expected an encoding such as utf-8, shift_jis or windows-1251.')
  return name
}

/** The defaults apply together, where none of the options is given. */
function defaultOf(measure: keyof typeof defaultCeiling): string {
  return `without any budget: ${numberText(defaultCeiling[measure])}`
}

function budgetOf({ budgetCalls, budgetTokens, budgetUsd }: RunFlags): Budget | undefined {
  if (budgetCalls === undefined && budgetTokens === undefined && budgetUsd === undefined) return undefined
  return {
    ...(budgetCalls !== undefined && { calls: budgetCalls }),
    ...(budgetTokens !== undefined && { tokens: budgetTokens }),
    ...(budgetUsd !== undefined && { usd: budgetUsd }),
  }
}
