import { resolve } from 'node:path'

import { InputError } from '../open/input-error.ts'
import type { Finding } from './analyst.ts'
import { openCrew } from './crew.ts'
import { ProgressSum } from './progress-sum.ts'
import type { FileInput } from './report-activities.ts'
import { requireReportOptions } from './report-options.ts'
import type { ReportOptions } from './report-options.ts'
import type { Report, SummarySentence } from './report.ts'
import { readTextFile } from './text-file.ts'

/**
 * Lets a flock read and summarize files, each sentence with its source.
 *
 * @throws InputError for a file that can't be used, before any work begins;
 * OptionError, StoreError; the signal's reason.
 */
export async function runReport(given: ReportOptions): Promise<Report> {
  const options = requireReportOptions(given)
  const startedAt = performance.now()
  const files = await identifyFiles(options)
  options.signal?.throwIfAborted()
  const asked = [...new Set(options.questions)]
  const questions: readonly (string | undefined)[] = asked.length > 0 ? asked : [undefined]
  const progress = new ProgressSum(questions.length, options.onProgress)
  const groups = options.isolated ? questions.map((question) => [question]) : [questions]
  const threads = threadsPerCrew(options, groups.length)
  const crews = await Promise.all(groups.map((group, index) => openCrew(options, { questions: group, index, threads })))
  try {
    for (const { opened } of crews) await options.onOpen?.(opened)
    const findings = (await Promise.all(crews.map((crew) => crew.study(files, progress)))).flat()
    const stats = await Promise.all(crews.map((crew) => crew.stats()))
    const summary = findings.flatMap((finding) => toSentences(finding, files))
    if (summary.length === 0 && asked.length === 0) {
      throw new InputError(
        files.map(({ source }) => source).join(', '),
        'contains no sentence to quote. Name a file with running text.',
      )
    }
    const report: Report = {
      summary,
      stats: {
        ...sumOf(stats.map(({ counts }) => counts)),
        parts: findings[0]?.parts ?? 0,
        analysts: questions.length,
        threads: crews.length * threads,
        wallMs: performance.now() - startedAt,
        droppedSentences: countDropped(findings),
      },
      ledgers: stats.map(({ ledger }) => ledger),
    }
    await options.onFinish?.(report)
    return report
  } finally {
    await Promise.all(crews.map((crew) => crew.close()))
  }
}

/** Identifies files by their content: the same content under one path or two is read and counted once. */
async function identifyFiles({ files, signal }: ReportOptions): Promise<FileInput[]> {
  const identified = await Promise.all(
    files.map(async (source): Promise<FileInput> => {
      const path = resolve(source)
      return { path, source, digest: (await readTextFile(path, source, signal)).digest }
    }),
  )
  return identified.filter(
    ({ digest }, index) => identified.findIndex((earlier) => earlier.digest === digest) === index,
  )
}

/** Isolated analysts share nothing but the processors. */
function threadsPerCrew({ threads = navigator.hardwareConcurrency }: ReportOptions, crews: number): number {
  return Math.max(1, Math.round(threads / crews))
}

/** All analysts read the same notes, so sentences dropped from notes count once. */
function countDropped(findings: readonly Finding[]): number {
  const notes = Math.max(...findings.map(({ dropped }) => dropped.notes))
  return findings.reduce((sum, { dropped }) => sum + dropped.answer, notes)
}

function toSentences({ question, quotes }: Finding, files: readonly FileInput[]): SummarySentence[] {
  const nameOf = (digest: string): string => files.find((file) => file.digest === digest)?.source ?? digest
  return quotes.map(({ text, citations }) => ({
    text,
    ...(question !== undefined && { question }),
    citations: citations.map(({ source, start, end }) => ({ source: nameOf(source), start, end })),
  }))
}

function sumOf<Sums extends { readonly [Name in keyof Sums]: number }>(all: readonly Sums[]): Sums {
  const names = Object.keys(all[0] ?? {}) as (keyof Sums)[]
  return Object.fromEntries(names.map((name) => [name, all.reduce((sum, one) => sum + one[name], 0)])) as Sums
}
