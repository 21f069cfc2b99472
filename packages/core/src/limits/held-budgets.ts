import { randomUUID } from 'node:crypto'

import type { View } from '@skein/memory'
import { maxTimerMs, outlast } from '@skein/memory/runtime'
import type { SharedState } from '@skein/memory/runtime'

import { BudgetExceededError } from './budget-exceeded-error.ts'
import { mergeBudgets, renew, reserve, settle } from './budget.ts'
import type { BudgetScope, BudgetState, Spending } from './budget.ts'
import { budgetStateOf } from './budget-state.ts'

/** How long a reservation lasts after its thread last renewed it. */
const leaseMs = 30_000

interface Account {
  readonly budget: BudgetScope
  readonly state: SharedState<BudgetState>
}

/**
 * What one call has reserved in several budgets, from before it begins until its
 * actual use is booked. Budgets are kept in the memory, so they hold across all
 * threads and processes.
 */
export class HeldBudgets {
  readonly #step: { readonly id: string; readonly estimate: Spending; readonly leaseMs: number }
  readonly #accounts: readonly Account[]
  readonly #memory: View
  readonly #expired = new AbortController()
  readonly #timers: NodeJS.Timeout[] = []

  constructor(memory: View, budgets: readonly BudgetScope[], estimate: Spending) {
    this.#memory = memory
    this.#step = { id: randomUUID(), estimate, leaseMs }
    // In the same order everywhere: calls that wait for each other's budgets would deadlock.
    const ordered = mergeBudgets(budgets).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    this.#accounts = ordered.map((budget) => ({ budget, state: budgetStateOf(memory, budget) }))
  }

  /** Aborted when the time of a budget has run out; its reason says which. */
  get signal(): AbortSignal {
    return this.#expired.signal
  }

  /** @throws BudgetExceededError when one has too little left, the signal's reason; then nothing stays reserved. */
  async take(signal: AbortSignal): Promise<void> {
    const taken: Account[] = []
    // From the first one on: a reservation has to outlast the waiting for the next.
    this.#timers.push(setInterval(() => this.#renew(taken), leaseMs / 3).unref())
    try {
      for (const account of this.#accounts) {
        await this.#reserve(account, AbortSignal.any([signal, this.signal]))
        taken.push(account)
      }
    } catch (error) {
      this.#stopTimers()
      await this.#settle(taken, undefined)
      throw error
    }
  }

  /**
   * Books what the call used in place of what it had reserved.
   *
   * @param used - Left out when it used nothing.
   * @returns the error for the budget that this exceeded, if any.
   */
  settle(used: Spending | undefined): Promise<BudgetExceededError | undefined> {
    this.#stopTimers()
    return this.#settle(this.#accounts, used)
  }

  async #reserve({ budget, state }: Account, signal: AbortSignal): Promise<void> {
    for (let first = true; ; first = false) {
      signal.throwIfAborted()
      const mark = state.mark()
      const change = () =>
        state.change((before, now) => {
          const { state: next, result } = reserve(before, budget, this.#step, now)
          return { state: next, result: { reservation: result, startedAt: next.startedAt } }
        })
      const { reservation, startedAt } = await outlast(change, { signal })
      if (reservation.type === 'refused') throw new BudgetExceededError(budget.id, reservation.excess)
      if (first) this.#watchTime(budget, startedAt)
      if (reservation.type === 'granted') return
      await state.untilWritten(mark, reservation.waitMs, signal)
    }
  }

  async #settle(accounts: readonly Account[], used: Spending | undefined): Promise<BudgetExceededError | undefined> {
    const step = { id: this.#step.id, used }
    const exceeded = await Promise.all(
      accounts.map(async ({ budget, state }) => {
        // The call is paid for: its answer must not be lost because the store is out of reach for a while.
        const excess = await outlast(() => state.change((before, now) => settle(before, budget, step, now)))
        return excess && new BudgetExceededError(budget.id, excess)
      }),
    )
    return exceeded.find((error) => error !== undefined)
  }

  #renew(taken: readonly Account[]): void {
    for (const { state } of taken) {
      // A failure here shows when the call ends.
      state.change((before, now) => renew(before, this.#step, now)).catch(() => {})
    }
  }

  #watchTime({ id, wallMs }: BudgetScope, startedAt: number): void {
    if (wallMs === undefined) return
    const leftMs = Math.max(0, startedAt + wallMs - this.#memory.now())
    if (leftMs > maxTimerMs) return
    const excess = { measure: 'wallMs', spent: wallMs, limit: wallMs } as const
    this.#timers.push(setTimeout(() => this.#expired.abort(new BudgetExceededError(id, excess)), leftMs).unref())
  }

  #stopTimers(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer)
  }
}
