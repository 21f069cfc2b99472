import type { BudgetScope } from '@skein/core/executor'
import type { ServedDashboard } from '@skein/dashboard'

import type { OpenedRun } from '../report/run-report.ts'
import { personLookingOn } from './person.ts'
import { withoutPassword } from './render-findings.ts'
import { untilAborted } from './until-aborted.ts'

/** The dashboard of a run. */
export class RunBoard {
  readonly #store: string
  readonly #budgets: readonly BudgetScope[]
  readonly #signal: AbortSignal
  #served: ServedDashboard | undefined

  /**
   * @param budgets - Those that the run may use up.
   * @param signal - Aborts when the user interrupts.
   */
  constructor(store: string, budgets: readonly BudgetScope[], signal: AbortSignal) {
    this.#store = store
    this.#budgets = budgets
    this.#signal = signal
  }

  /** Opens it, and says where on standard error: the result alone goes to standard output. */
  async open({ memory, flock }: OpenedRun): Promise<void> {
    // Loaded where it is used: a run without it need not wait.
    const { serveDashboard } = await import('@skein/dashboard')
    this.#served = await serveDashboard({
      memory,
      flock,
      principal: personLookingOn(),
      budgets: this.#budgets,
      storeName: withoutPassword(this.#store),
    })
    process.stderr.write(`Dashboard: ${this.#served.url}\n`)
  }

  /** Resolves when the user interrupts. */
  async stay(): Promise<void> {
    if (!this.#signal.aborted) process.stderr.write('The run has ended. The dashboard stays until you press Ctrl-C.\n')
    await untilAborted(this.#signal)
    await this.close()
  }

  /** Twice does no harm. */
  async close(): Promise<void> {
    await this.#served?.close()
  }
}
