import { extractiveModel } from '@skein/core'
import { mapStore } from '@skein/memory'

import type { Ceiling } from './ceiling.ts'
import { requireCeiling } from './ceiling.ts'
import { isCostly, planCost } from './agree-on-ceiling.ts'
import type { CostEstimate } from './cost-estimate.ts'
import { identifyFiles } from './identify-files.ts'
import type { IdentifiedFiles, PlannedFile } from './identify-files.ts'
import { requireReportOptions } from './report-options.ts'
import type { ReportOptions } from './report-options.ts'

/** What a run is about to do. */
export interface ReportPlan {
  /** Each distinct file, in order. */
  readonly files: readonly PlannedFile[]
  readonly parts: number
  /** One analyst works on each; none: a summary of the whole. */
  readonly questions: readonly string[]
  /** Provider and name of the model. */
  readonly model: string
  /** What the run will about use of its model; absent where that costs nothing. */
  readonly estimate?: CostEstimate
  /** What it may use; absent where the model has a budget of its own, or costs nothing. */
  readonly ceiling?: Ceiling
  /** Files that are left out, and why (`skipBad`). */
  readonly skipped: readonly { readonly source: string; readonly problem: string }[]
}

/**
 * Plans a report without doing anything: reads the files, opens no store, and asks no model.
 *
 * @throws InputError for a file that can't be used; OptionError; the signal's reason.
 *
 * @example
 * ```ts
 * import { planReport } from 'skein'
 *
 * const plan = await planReport({ files: ['README.md'] })
 * plan.files.length // => 1
 * ```
 */
export async function planReport(
  given: Omit<ReportOptions, 'store'> & Partial<Pick<ReportOptions, 'store'>>,
): Promise<ReportPlan> {
  const options = requireReportOptions({ ...given, store: given.store ?? mapStore() })
  requireCeiling(options.ceiling)
  return planOf(options, await identifyFiles(options))
}

/** The plan for files that are known. */
export function planOf(options: ReportOptions, { planned, sizes, skipped }: IdentifiedFiles): ReportPlan {
  const { model = extractiveModel(), ceiling, isolated } = options
  const questions = [...new Set(options.questions)]
  const crews = isolated ? Math.max(1, questions.length) : 1
  return {
    files: planned,
    parts: planned.reduce((sum, { parts }) => sum + parts, 0),
    questions,
    model: model.id,
    ...(isCostly(model) && planCost(model, ceiling, { sizes, questions: questions.length, crews })),
    skipped: skipped.map(({ source, message }) => ({ source, problem: message })),
  }
}
