import type { BudgetScope } from '@skein/core'
import type { View } from '@skein/memory'

import type { Figures } from '../protocol/protocol.ts'

/** What of a budget's state its bar shows; see `BudgetState` of @skein/core. */
interface Spent {
  readonly startedAt: number
  readonly spent: { readonly tokens: number; readonly usd: number; readonly calls: number }
}

/** Budgets are kept so long after their last use, as their owners say. */
const keepMs = 30 * 86_400_000

/** How much of each budget is used up, by all who share it. @throws StoreError */
export async function budgetBars(view: View, budgets: readonly BudgetScope[]): Promise<Figures['budgets']> {
  const bars = await Promise.all(
    budgets.map(async (budget) => {
      const state = await view
        .state<Spent>(`budget/${budget.id}`, keepMs)
        .change<Spent | undefined>((found) => ({ state: found as Spent, result: found }))
      const wallMs = state ? Math.max(0, view.now() - state.startedAt) : 0
      const used = { ...(state?.spent ?? { tokens: 0, usd: 0, calls: 0 }), wallMs }
      return (['tokens', 'usd', 'calls', 'wallMs'] as const).flatMap((measure) => {
        const limit = budget[measure]
        return limit === undefined ? [] : [{ id: budget.id, measure, spent: used[measure], limit }]
      })
    }),
  )
  return bars.flat()
}
