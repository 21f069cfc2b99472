import type { View } from '@skein/memory'
import { runtimeState } from '@skein/memory/runtime'
import type { SharedState } from '@skein/memory/runtime'

import type { BudgetMeasure, BudgetScope, BudgetState } from './budget.ts'

/** How long a budget is kept after its last use: it outlives the pauses between runs, not more. */
const keepMs = 30 * 86_400_000

/** The state of a budget in the memory, which all threads and processes of a space share. */
export function budgetStateOf(memory: View, { id }: Pick<BudgetScope, 'id'>): SharedState<BudgetState> {
  return runtimeState(memory, `budget/${id}`, keepMs)
}

/** How much of each measure has been used up. */
export type BudgetSpent = Readonly<Record<BudgetMeasure, number>>

/**
 * Reads how much of a budget has been used up so far, by everyone who shares its id. Changes nothing.
 *
 * Calls still running count when they end. All measures are 0 before the first call.
 *
 * @throws StoreError
 *
 * @example
 * ```ts
 * import { readBudget } from '@skein/core'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const ann = memory.as({ id: 'ann', role: 'research' })
 * await readBudget(ann, { id: 'team' }) // => { tokens: 0, usd: 0, calls: 0, wallMs: 0 }
 * await memory.close()
 * ```
 */
export async function readBudget(memory: View, budget: Pick<BudgetScope, 'id'>): Promise<BudgetSpent> {
  // Handing back the same state writes nothing.
  const state = await budgetStateOf(memory, budget).change<BudgetState | undefined>((found) => {
    return { state: found as BudgetState, result: found }
  })
  if (!state) return { tokens: 0, usd: 0, calls: 0, wallMs: 0 }
  return { ...state.spent, wallMs: Math.max(0, memory.now() - state.startedAt) }
}
