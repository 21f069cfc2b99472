import type { Outcome, TransactionRunner } from './transaction-runner.ts'

/** Work to do inside a transaction, and the promise of its result. */
interface Job {
  readonly work: () => unknown
  /** Whether its result has to be on the disk when the promise resolves. */
  readonly lasting: boolean
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
}

const maxGroupSize = 1_000

/**
 * Groups the many small writes of one turn of the event loop into one
 * transaction, so that they share one sync of the disk (group commit).
 *
 * Each write keeps its own outcome. When the work of one of them fails, the
 * group is rolled back and done again one by one, so that only that one fails.
 * When a transaction does not begin, everything in the queue fails: beginning
 * again would wait for the lock as long again. When a commit fails, the whole
 * group fails, since the commit may have happened.
 */
export class WriteQueue {
  readonly #transactions: TransactionRunner
  #jobs: Job[] = []
  /** How many jobs at the head of the queue have to be done one by one. */
  #single = 0
  #isScheduled = false

  constructor(transactions: TransactionRunner) {
    this.#transactions = transactions
  }

  /**
   * Does the work in the next transaction.
   *
   * @param lasting - Whether the promise waits until the result is on the disk.
   */
  add<Result>(work: () => Result, lasting = true): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#jobs.push({ work, lasting, resolve: resolve as Job['resolve'], reject })
      if (this.#isScheduled) return
      this.#isScheduled = true
      setImmediate(() => this.flush())
    })
  }

  /** Writes everything in the queue. */
  flush(): void {
    this.#isScheduled = false
    while (this.#jobs.length > 0) {
      const group = this.#jobs.splice(0, this.#single > 0 ? 1 : maxGroupSize)
      this.#single = Math.max(0, this.#single - 1)
      const isLasting = group.some(({ lasting }) => lasting)
      this.#settle(group, this.#transactions.run(group, isLasting))
    }
  }

  #settle(group: readonly Job[], outcome: Outcome): void {
    if (outcome.committed) {
      for (const [index, job] of group.entries()) job.resolve(outcome.results[index] as never)
      return
    }
    if (outcome.stage === 'write' && group.length > 1) {
      this.#jobs = [...group, ...this.#jobs]
      this.#single = group.length
      return
    }
    rejectAll(group, outcome.error)
    if (outcome.stage !== 'begin') return
    this.#single = 0
    rejectAll(this.#jobs.splice(0), outcome.error)
  }
}

function rejectAll(jobs: readonly Job[], error: unknown): void {
  for (const job of jobs) job.reject(error)
}
