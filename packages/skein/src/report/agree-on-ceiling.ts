import { extractiveModel } from '@skein/core'
import type { Model } from '@skein/core/executor'

import { CeilingError, measures } from './ceiling.ts'
import { defaultCeiling } from './default-ceiling.ts'
import type { Ceiling } from './ceiling.ts'
import { estimateCost } from './cost-estimate.ts'
import type { CostEstimate, NoteSize } from './cost-estimate.ts'
import type { ReportOptions } from './report-options.ts'

/** Whether the use of a model costs anything. */
export function isCostly(model: Model | undefined): model is Model {
  return model !== undefined && model.id !== extractiveModel().id
}

/** What {@link agreeOnCeiling} works with. */
export interface CeilingTask {
  readonly sizes: readonly NoteSize[]
  /** Questions to answer; 0 for a summary of the whole. */
  readonly questions: number
  readonly crews: number
}

/** What a run will about cost, and what it may: no ceiling where the model has a budget of its own. */
export interface CostPlan {
  readonly estimate: CostEstimate
  readonly ceiling?: Ceiling
}

/** Estimates what a run costs that does a task. */
export function planCost(model: Model, given: Ceiling | undefined, { sizes, questions, crews }: CeilingTask): CostPlan {
  const { budget, price } = model.settings ?? {}
  const estimate = estimateCost(sizes, { questions, crews, price })
  if (budget) return { estimate }
  const { usd, ...countable } = defaultCeiling
  return { estimate, ceiling: given ?? { ...countable, ...(price && { usd }) } }
}

/**
 * Tells the caller what a run will about cost, and asks whether it may go beyond its ceiling.
 *
 * @returns what the run may use; `undefined` where the model has a budget of its own.
 * @throws CeilingError when the caller does not agree.
 */
export async function agreeOnCeiling(
  { estimate, ceiling }: CostPlan,
  { onEstimate, mayExceed }: ReportOptions,
): Promise<Ceiling | undefined> {
  onEstimate?.(estimate, ceiling)
  if (!ceiling || measures.every((measure) => (estimate[measure] ?? 0) <= (ceiling[measure] ?? Infinity)))
    return ceiling
  if (!(await mayExceed?.(estimate, ceiling))) throw new CeilingError(estimate, ceiling)
  // Agreed was the estimate, not whatever it takes.
  return { calls: 2 * estimate.calls, tokens: 2 * estimate.tokens, ...(estimate.usd && { usd: 2 * estimate.usd }) }
}
