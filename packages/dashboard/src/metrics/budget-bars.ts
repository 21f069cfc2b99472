import { readBudget } from '@skein/core'
import type { BudgetScope } from '@skein/core/executor'
import type { View } from '@skein/memory'

import type { Metrics } from '../protocol/protocol.ts'

const measures = ['tokens', 'usd', 'calls', 'wallMs'] as const

/** Reads how much of each budget is used up, by all who share it. @throws StoreError */
export async function budgetBars(view: View, budgets: readonly BudgetScope[]): Promise<Metrics['budgets']> {
  const bars = await Promise.all(
    budgets.map(async (budget) => {
      const spent = await readBudget(view, budget)
      return measures.flatMap((measure) => {
        const limit = budget[measure]
        return limit === undefined ? [] : [{ id: budget.id, measure, spent: spent[measure], limit }]
      })
    }),
  )
  return bars.flat()
}
