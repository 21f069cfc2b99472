import type { BudgetScope } from '@skein/core/executor'
import type { ServeDashboardOptions, ServedDashboard } from '@skein/dashboard'

import { untilAborted } from '../cli/until-aborted.ts'
import { withoutPassword } from '../open/store-address.ts'
import type { OpenedRun } from '../report/report-options.ts'
import { printNote } from '../terminal/printer.ts'
import { dashboardPrincipal } from './dashboard-principal.ts'

/** The dashboard of a run. */
export class RunDashboard {
  readonly #store: string
  readonly #budgets: readonly BudgetScope[]
  readonly #signal: AbortSignal
  readonly #workers: Pick<ServeDashboardOptions, 'workers'>
  #served: ServedDashboard | undefined

  /**
   * @param store - The address of the store.
   * @param budgets - The budgets of the run.
   * @param signal - Aborts when the user interrupts.
   * @param workers - Those of other machines, if the run has them.
   */
  constructor(
    store: string,
    budgets: readonly BudgetScope[],
    signal: AbortSignal,
    workers: Pick<ServeDashboardOptions, 'workers'>,
  ) {
    this.#store = store
    this.#budgets = budgets
    this.#signal = signal
    this.#workers = workers
  }

  /** Serves the page, and prints its link on standard error: standard output is for the result alone. */
  async open({ memory, flock }: OpenedRun): Promise<void> {
    // Loaded on demand: a run without a dashboard need not wait for it.
    const { serveDashboard } = await import('@skein/dashboard')
    this.#served = await serveDashboard({
      memory,
      flock,
      // Who runs it may also stop it.
      principal: dashboardPrincipal({ allowControl: true }),
      // Who runs it may see what its models are asked.
      traces: 'content',
      budgets: this.#budgets,
      storeName: withoutPassword(this.#store),
      ...this.#workers,
    })
    printNote(`Dashboard: ${this.#served.url}`)
  }

  /** Keeps the page open until the user interrupts. */
  async stay(): Promise<void> {
    if (!this.#signal.aborted) printNote('The run has ended. The dashboard stays until you press Ctrl-C.')
    await untilAborted(this.#signal)
    await this.close()
  }

  /** Harmless when called twice. */
  async close(): Promise<void> {
    await this.#served?.close()
  }
}
