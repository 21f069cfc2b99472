import type { BudgetScope } from '@skein/core/executor'
import type { View } from '@skein/memory'

import type { Metrics } from '../protocol/protocol.ts'

/** What a bar shows of a budget's state; see `BudgetState` of @skein/core. */
interface Spent {
  readonly startedAt: number
  readonly spent: { readonly tokens: number; readonly usd: number; readonly calls: number }
}

/** How long core keeps a budget after its last use. */
const keepMs = 30 * 86_400_000

/** Reads how much of each budget is used up, by all who share it. @throws StoreError */
export async function budgetBars(view: View, budgets: readonly BudgetScope[]): Promise<Metrics['budgets']> {
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
