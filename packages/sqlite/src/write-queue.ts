import type { Database } from 'better-sqlite3'

import { wrapError } from './sqlite-errors.ts'

/** Something to do inside a transaction. */
interface Job {
  readonly work: () => unknown
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
}

/** Told of each transaction's end, before its writers hear of it. */
export interface TransactionHooks {
  committed(): void
  rolledBack(): void
}

const largestGroup = 1_000

/**
 * Turns the many small writes of one turn of the event loop into one
 * transaction, so that they share one flush to the disk (group commit).
 *
 * Each keeps its own outcome. When one of them breaks the transaction, all are
 * rolled back and done again one by one: it alone fails then.
 */
export class WriteQueue {
  readonly #db: Database
  readonly #path: string
  readonly #hooks: TransactionHooks
  #jobs: Job[] = []
  #isScheduled = false

  constructor(db: Database, path: string, hooks: TransactionHooks) {
    this.#db = db
    this.#path = path
    this.#hooks = hooks
  }

  /** Does the work in the next transaction; resolves to its result when that is on the disk. */
  add<Result>(work: () => Result): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#jobs.push({ work, resolve: resolve as Job['resolve'], reject })
      if (this.#isScheduled) return
      this.#isScheduled = true
      setImmediate(() => this.flush())
    })
  }

  /** Writes what waits. */
  flush(): void {
    this.#isScheduled = false
    while (this.#jobs.length > 0) {
      const group = this.#jobs.splice(0, largestGroup)
      if (!this.#tryTogether(group)) for (const job of group) this.#tryAlone(job)
    }
  }

  #tryTogether(group: readonly Job[]): boolean {
    let results: unknown[]
    try {
      results = this.#transact(() => group.map((job) => job.work()))
    } catch (error) {
      if (group.length > 1) return false
      group[0]?.reject(error)
      return true
    }
    for (const [index, job] of group.entries()) job.resolve(results[index] as never)
    return true
  }

  #tryAlone(job: Job): void {
    this.#tryTogether([job])
  }

  #transact<Result>(work: () => Result): Result {
    const { begin, commit } = this.#statements
    this.#step('begin', () => begin.run())
    let result: Result
    try {
      result = this.#step('write', work)
      this.#step('commit', () => commit.run())
    } catch (error) {
      if (this.#db.inTransaction) this.#step('rollback', () => this.#statements.rollback.run())
      this.#hooks.rolledBack()
      throw error
    }
    this.#hooks.committed()
    return result
  }

  #step<Result>(operation: string, work: () => Result): Result {
    try {
      return work()
    } catch (error) {
      throw wrapError(operation, this.#path, error)
    }
  }

  get #statements(): Record<'begin' | 'commit' | 'rollback', { run(): unknown }> {
    this.#prepared ??= {
      // Taking the lock at the start: a transaction that reads first and writes later can only fail then.
      begin: this.#db.prepare('BEGIN IMMEDIATE'),
      commit: this.#db.prepare('COMMIT'),
      rollback: this.#db.prepare('ROLLBACK'),
    }
    return this.#prepared
  }
  #prepared: Record<'begin' | 'commit' | 'rollback', { run(): unknown }> | undefined
}
