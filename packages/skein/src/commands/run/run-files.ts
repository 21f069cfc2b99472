import type { Budget } from '@skein/core'
import type { ExecutorFactory, Model } from '@skein/core/executor'
import type { StartedThreads } from '@skein/core/threads'
import { encryptionFromEnvironment, OptionError } from '@skein/memory'

import type { CommandContext } from '../../cli/command.ts'
import { RunDashboard } from '../../inspect/run-dashboard.ts'
import { requireRedis } from '../../machines/require-redis.ts'
import { workersOf } from '../../machines/workers-of.ts'
import { openModel } from '../../open/open-model.ts'
import { openStore } from '../../open/open-store.ts'
import { parseStoreAddress } from '../../open/store-address.ts'
import { renderFullPlan, renderPlan } from '../../render/render-plan.ts'
import { planReport } from '../../report/plan-report.ts'
import type { ReportPlan } from '../../report/report-plan.ts'
import type { ReportOptions } from '../../report/report-options.ts'
import type { ReportProgress } from '../../report/progress-sum.ts'
import { renderReport } from '../../report/render-report.ts'
import type { Report } from '../../report/report.ts'
import { amountsOf } from '../../report/ceiling.ts'
import { runReport } from '../../report/run-report.ts'
import { confirm } from '../../terminal/confirm.ts'
import { print, printJson, printNote } from '../../terminal/printer.ts'
import { showProgress } from '../../terminal/show-progress.ts'
import type { ProgressRow } from '../../terminal/show-progress.ts'
import type { RunFlags } from './run-flags.ts'

/** What a run works with. */
export interface RunParts {
  readonly context: CommandContext
  /** Those that have started already. */
  readonly threads: StartedThreads | undefined
}

/** Progress goes to standard error, the result alone to standard output. */
export async function runFiles(
  files: readonly string[],
  flags: RunFlags,
  { context, threads }: RunParts,
): Promise<void> {
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
  const elsewhere = await executorOf(flags)
  const executor = elsewhere ?? threads?.executor
  const { budget } = model.settings ?? {}
  const workers = elsewhere ? workersOf(flags.store, flags.queue) : {}
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

function budgetOf({ budgetCalls, budgetTokens, budgetUsd }: RunFlags): Budget | undefined {
  if (budgetCalls === undefined && budgetTokens === undefined && budgetUsd === undefined) return undefined
  return {
    ...(budgetCalls !== undefined && { calls: budgetCalls }),
    ...(budgetTokens !== undefined && { tokens: budgetTokens }),
    ...(budgetUsd !== undefined && { usd: budgetUsd }),
  }
}
