import { defaultThreads, sumDrops } from '@skein/core/executor'
import type { Drops } from '@skein/core/executor'
import { addCost } from '@skein/memory/runtime'

import { InputError } from '../open/input-error.ts'
import type { Finding } from './analyst.ts'
import { agreeOnCeiling } from './agree-on-ceiling.ts'
import { requireCeiling } from './ceiling.ts'
import type { Ceiling } from './ceiling.ts'
import { openCrew } from './crew.ts'
import { identifyFiles } from './identify-files.ts'
import type { IdentifiedFile } from './identify-files.ts'
import { planOf } from './plan-report.ts'
import { ProgressSum } from './progress-sum.ts'
import { requireReportOptions } from './report-options.ts'
import type { ReportOptions } from './report-options.ts'
import type { Report, SummarySentence } from './report.ts'

/**
 * Lets a flock read and summarize files, each sentence with its source.
 *
 * @throws InputError for a file that can't be used, and CeilingError, before any work
 * begins; OptionError, StoreError; the signal's reason.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises'
 * import { mapStore } from '@skein/memory'
 * import { runReport } from 'skein'
 *
 * await writeFile('energy.txt', 'Energy is saved in every home. The arts are a precious resource.')
 * const { summary } = await runReport({ files: ['energy.txt'], questions: ['What about energy?'], store: mapStore() })
 * summary[0]?.text // => 'Energy is saved in every home.'
 * summary[0]?.citations // => [{ source: 'energy.txt', start: 0, end: 30 }]
 * ```
 */
export async function runReport(given: ReportOptions): Promise<Report> {
  const options = requireReportOptions(given)
  const startedAt = performance.now()
  requireCeiling(options.ceiling)
  const identified = await identifyFiles(options)
  const { files } = identified
  options.signal?.throwIfAborted()
  const plan = planOf(options, identified)
  options.onPlan?.(plan)
  const asked = plan.questions
  const questions: readonly (string | undefined)[] = asked.length > 0 ? asked : [undefined]
  const progress = new ProgressSum(questions.length, options.onProgress)
  const groups = options.isolated ? questions.map((question) => [question]) : [questions]
  const threads = threadsPerCrew(options, groups.length)
  const { estimate } = plan
  const agreed = estimate && (await agreeOnCeiling({ ...plan, estimate }, options))
  options.signal?.throwIfAborted()
  const ceiling = agreed && shareOf(agreed, groups.length)
  const crews = await Promise.all(
    groups.map((group, index) => openCrew(options, { questions: group, index, threads, ceiling })),
  )
  try {
    for (const { opened } of crews) await options.onOpen?.(opened)
    const findings = (await Promise.all(crews.map((crew) => crew.study(files, progress)))).flat()
    const stats = await Promise.all(crews.map((crew) => crew.stats()))
    const drops = dropsOf(findings)
    const summary = findings.flatMap((finding) => toSentences(finding, files))
    if (summary.length === 0 && asked.length === 0) {
      throw new InputError(
        files.map(({ source }) => source).join(', '),
        Object.keys(drops).length > 0
          ? 'supports no sentence of the model. Try another model.'
          : 'contains no sentence to quote. Name a file with running text.',
      )
    }
    const report: Report = {
      summary,
      stats: {
        ...sumOf(stats.map(({ counts }) => counts)),
        used: stats.map(({ used }) => used).reduce(addCost),
        saved: stats.map(({ saved }) => saved).reduce(addCost),
        parts: findings[0]?.parts ?? 0,
        analysts: questions.length,
        threads: crews.length * threads,
        wallMs: performance.now() - startedAt,
        droppedSentences: Object.values(drops).reduce((sum, count) => sum + count, 0),
        droppedFor: drops,
      },
      ledgers: stats.map(({ ledger }) => ledger),
      unanswered: findings.flatMap(({ question, isAnswered }) =>
        question === undefined || isAnswered ? [] : [question],
      ),
      skipped: plan.skipped,
    }
    await options.onFinish?.(report)
    return report
  } finally {
    await Promise.all(crews.map((crew) => crew.close()))
  }
}

/** Budgets hold within one memory, and each isolated crew has its own. */
function shareOf(ceiling: Ceiling, crews: number): Ceiling {
  return Object.fromEntries(Object.entries(ceiling).map(([measure, limit]) => [measure, limit / crews]))
}

/** Isolated analysts share nothing but the processors. */
function threadsPerCrew({ threads = defaultThreads() }: ReportOptions, crews: number): number {
  return Math.max(1, Math.round(threads / crews))
}

/** All analysts read the same notes, so sentences dropped from notes count once. */
function dropsOf(findings: readonly Finding[]): Drops {
  return sumDrops([findings[0]?.drops.notes ?? {}, ...findings.map(({ drops }) => drops.answer)])
}

function toSentences({ question, quotes, isAnswered }: Finding, files: readonly IdentifiedFile[]): SummarySentence[] {
  const byDigest = new Map(files.map((file) => [file.digest, file]))
  return quotes.map(({ text, citations }) => ({
    text,
    ...(question !== undefined && { question }),
    ...(question !== undefined && !isAnswered && { fallback: true as const }),
    citations: citations.map(({ source, start, end }) => {
      const file = byDigest.get(source)
      // The last page that begins at the place or before it.
      const page = file?.pages && Math.max(1, file.pages.filter((from) => from <= start).length)
      return { source: file?.source ?? source, start, end, ...(page !== undefined && { page }) }
    }),
  }))
}

function sumOf<Sums extends { readonly [Name in keyof Sums]: number }>(all: readonly Sums[]): Sums {
  const names = Object.keys(all[0] ?? {}) as (keyof Sums)[]
  return Object.fromEntries(names.map((name) => [name, all.reduce((sum, one) => sum + one[name], 0)])) as Sums
}
