import { randomUUID } from 'node:crypto'

import type { View } from '@skein/memory'
import type { SharedState } from '@skein/memory/runtime'

import { renew, reserve, settle } from './budget.ts'
import type { BudgetScope, BudgetState, Spending } from './budget.ts'
import { BudgetExceededError } from './model-errors.ts'

/** What is set aside for a call is kept so long after its thread was last heard of. */
const leaseMs = 30_000
/** Counters outlive the pauses between runs, not more. */
const keepMs = 30 * 86_400_000
/** The longest that a timer can wait. */
const longestMs = 2 ** 31 - 1

interface Account {
  readonly budget: BudgetScope
  readonly state: SharedState<BudgetState>
}

/**
 * What one call has set aside in several budgets, from before it begins until
 * what it took is booked. The budgets lie in the memory, so that they hold for
 * all threads and processes.
 */
export class HeldBudgets {
  readonly #step: { readonly id: string; readonly estimate: Spending; readonly leaseMs: number }
  readonly #accounts: readonly Account[]
  readonly #memory: View
  readonly #over = new AbortController()
  readonly #timers: NodeJS.Timeout[] = []

  constructor(memory: View, budgets: readonly BudgetScope[], estimate: Spending) {
    this.#memory = memory
    this.#step = { id: randomUUID(), estimate, leaseMs }
    // In one order everywhere: calls that wait for each other's budgets would wait for ever.
    const ordered = budgets.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    this.#accounts = ordered.map((budget) => ({ budget, state: memory.state(`budget/${budget.id}`, keepMs) }))
  }

  /** Aborted when the time of a budget is up; its reason says so. */
  get signal(): AbortSignal {
    return this.#over.signal
  }

  /** @throws BudgetExceededError when one has too little left, the signal's reason; then nothing is set aside in any. */
  async take(signal: AbortSignal): Promise<void> {
    const taken: Account[] = []
    // From the first one on: what is set aside there has to outlast the waiting for another.
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

  async #reserve({ budget, state }: Account, signal: AbortSignal): Promise<void> {
    for (let first = true; ; first = false) {
      signal.throwIfAborted()
      const mark = state.mark()
      const { reservation, startedAt } = await state.change((before, now) => {
        const { state: next, result } = reserve(before, budget, this.#step, now)
        return { state: next, result: { reservation: result, startedAt: next.startedAt } }
      })
      if (reservation.type === 'refused') throw new BudgetExceededError(budget.id, reservation.excess)
      if (first) this.#watchTime(budget, startedAt)
      if (reservation.type === 'granted') return
      await state.untilWritten(mark, reservation.waitMs, signal)
    }
  }

  /**
   * Books what the call took in place of what was set aside.
   *
   * @param spent - Left out when it took nothing.
   * @returns which budget that exceeded, if any.
   */
  settle(spent: Spending | undefined): Promise<BudgetExceededError | undefined> {
    this.#stopTimers()
    return this.#settle(this.#accounts, spent)
  }

  async #settle(accounts: readonly Account[], used: Spending | undefined): Promise<BudgetExceededError | undefined> {
    const step = { id: this.#step.id, used }
    const exceeded = await Promise.all(
      accounts.map(async ({ budget, state }) => {
        const excess = await state.change((before, now) => settle(before, budget, step, now))
        return excess && new BudgetExceededError(budget.id, excess)
      }),
    )
    return exceeded.find((error) => error !== undefined)
  }

  #renew(taken: readonly Account[]): void {
    for (const { state } of taken) {
      // What goes wrong here shows when the call ends.
      state.change((before, now) => renew(before, this.#step, now)).catch(() => {})
    }
  }

  #watchTime({ id, wallMs }: BudgetScope, startedAt: number): void {
    if (wallMs === undefined) return
    const leftMs = Math.max(0, startedAt + wallMs - this.#memory.now())
    if (leftMs > longestMs) return
    const excess = { measure: 'wallMs', spent: wallMs, limit: wallMs } as const
    this.#timers.push(setTimeout(() => this.#over.abort(new BudgetExceededError(id, excess)), leftMs).unref())
  }

  #stopTimers(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer)
  }
}
