import { SkeinError } from '@skein/memory'

import type { BudgetMeasure, Excess } from './budget.ts'

/**
 * A budget does not allow a call, or a call exceeded it. Everything computed so
 * far is kept: with a larger budget, the same work continues where it stopped.
 */
export class BudgetExceededError extends SkeinError {
  readonly code = 'SKEIN_BUDGET'
  /** The id of the budget: `run/…`, `agent/…` or its own `id`. */
  readonly budget: string
  readonly measure: BudgetMeasure
  /** Used up, including what this call used or was expected to use. */
  readonly spent: number
  readonly limit: number

  constructor(budget: string, { measure, spent, limit }: Excess) {
    const shown = measure === 'usd' ? `$${spent.toFixed(4)} of $${limit}` : `${Math.round(spent)} of ${limit}`
    super(
      `The budget "${budget}" does not allow this call: ${measure} would be ${shown}. Raise the budget to continue; finished work is kept.`,
    )
    this.budget = budget
    this.measure = measure
    this.spent = spent
    this.limit = limit
  }
}
