import { extractiveModel } from '@skein/core'
import { mapStore } from '@skein/memory'

import { requireCeiling } from './ceiling.ts'
import { isCostly, planCost } from './agree-on-ceiling.ts'
import { identifyFiles } from './identify-files.ts'
import type { IdentifiedFiles } from './identify-files.ts'
import { requireReportOptions } from './report-options.ts'
import type { ReportOptions } from './report-options.ts'
import type { ReportPlan } from './report-plan.ts'

/**
 * Plans a report without doing anything: reads the files, opens no store, and asks no model.
 *
 * @throws InputError for a file that can't be used; OptionError; the signal's reason.
 *
 * @example
 * ```ts
 * import { planReport } from 'skein'
 *
 * const plan = await planReport({ files: [import.meta.filename] })
 * plan.files.length // => 1
 * ```
 */
export async function planReport(
  given: Omit<ReportOptions, 'store'> & Partial<Pick<ReportOptions, 'store'>>,
): Promise<ReportPlan> {
  const options = requireReportOptions({ store: mapStore(), ...given })
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
