import { extractiveModel } from '@skein/core'
import type { Budget } from '@skein/core'
import type { Model } from '@skein/core/executor'
import { OptionError, SkeinError } from '@skein/memory'

import { estimateCost } from './cost-estimate.ts'
import type { CostEstimate, NoteSize } from './cost-estimate.ts'
import type { ReportOptions } from './report-options.ts'

/** What a run may use of a model that has no budget of its own. A measure left out is not limited. */
export type Ceiling = Pick<Budget, 'calls' | 'tokens' | 'usd'>

/** The ceiling of a run that names none. Money counts where the price of the model is known. */
export const defaultCeiling = { calls: 500, tokens: 1_000_000, usd: 5 } as const

const measures = ['calls', 'tokens', 'usd'] as const

/** A run would probably use more of its model than its ceiling. Nothing has been sent. */
export class CeilingError extends SkeinError {
  readonly code = 'SKEIN_CEILING'
  readonly estimate: CostEstimate
  readonly ceiling: Ceiling

  constructor(estimate: CostEstimate, ceiling: Ceiling) {
    super(
      `The run would use about ${amountsOf(estimate, 'and')}, but may use ${amountsOf(ceiling, 'or')}. ` +
        'Nothing was sent. Raise its ceiling, give the model a budget, or name fewer files.',
    )
    this.estimate = estimate
    this.ceiling = ceiling
  }
}

/** Calls, tokens and money in words. */
export function amountsOf({ calls, tokens, usd }: Ceiling, word: 'and' | 'or'): string {
  const amounts = [
    ...(calls === undefined ? [] : [`${calls.toLocaleString('en')} model call${calls === 1 ? '' : 's'}`]),
    ...(tokens === undefined ? [] : [`${tokens.toLocaleString('en')} tokens`]),
    ...(usd === undefined ? [] : [`$${usd.toFixed(2)}`]),
  ]
  return new Intl.ListFormat('en', { type: word === 'and' ? 'conjunction' : 'disjunction' }).format(amounts)
}

/** Whether the use of a model costs anything. */
export function isCostly(model: Model | undefined): model is Model {
  return model !== undefined && model.id !== extractiveModel().id
}

/** @throws OptionError when a limit is not a number above 0. */
export function requireCeiling(ceiling: Ceiling = {}): void {
  for (const measure of measures) {
    const limit = ceiling[measure]
    if (limit !== undefined && !(Number.isFinite(limit) && limit > 0)) {
      throw new OptionError(`ceiling.${measure}`, 'a number above 0', limit)
    }
  }
}

/** What {@link agreeOnCeiling} works with. */
export interface CeilingTask {
  readonly sizes: readonly NoteSize[]
  /** Questions to answer; 0 for a summary of the whole. */
  readonly questions: number
  readonly crews: number
}

/**
 * Tells the caller what a run will about cost, and asks whether it may go beyond its ceiling.
 *
 * @returns what the run may use; `undefined` where the model has a budget of its own.
 * @throws CeilingError when the caller does not agree.
 */
export async function agreeOnCeiling(
  model: Model,
  { ceiling: given, onEstimate, mayExceed }: ReportOptions,
  { sizes, questions, crews }: CeilingTask,
): Promise<Ceiling | undefined> {
  const { budget, price } = model.settings ?? {}
  const estimate = estimateCost(sizes, { questions, crews, price })
  const { usd, ...countable } = defaultCeiling
  const ceiling = budget ? undefined : (given ?? { ...countable, ...(price && { usd }) })
  onEstimate?.(estimate, ceiling)
  if (!ceiling || measures.every((measure) => (estimate[measure] ?? 0) <= (ceiling[measure] ?? Infinity)))
    return ceiling
  if (!(await mayExceed?.(estimate, ceiling))) throw new CeilingError(estimate, ceiling)
  // Agreed was the estimate, not whatever it takes.
  return { calls: 2 * estimate.calls, tokens: 2 * estimate.tokens, ...(estimate.usd && { usd: 2 * estimate.usd }) }
}
