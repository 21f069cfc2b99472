import type { Database } from 'better-sqlite3'

import { wrapError } from '../file/sqlite-errors.ts'

/** Something to do inside a transaction. */
interface Job {
  readonly work: () => unknown
  /** Whether it has to be on the disk when it is done. */
  readonly lasting: boolean
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
}

/** Told of each transaction's beginning and end, before its writers hear of it. */
export interface TransactionHooks {
  /** Called before the lock is taken, with whether anything in the transaction has to be on the disk when it ends. */
  starting(lasting: boolean): void
  /** Called with the lock held. What it throws refuses everything that waits. */
  begun(): void
  /** Must not throw: what is on the disk is no failure. */
  committed(): void
  rolledBack(): void
}

const largestGroup = 1_000

/**
 * Turns the many small writes of one turn of the event loop into one
 * transaction, so that they share one flush to the disk (group commit).
 *
 * Each keeps its own outcome. When the work of one of them fails, all are
 * rolled back and done again one by one: it alone fails then. A transaction
 * that does not begin or does not end fails for all: beginning again would
 * wait for the lock as long again, and a commit that failed may have happened.
 */
export class WriteQueue {
  readonly #db: Database
  readonly #path: string
  readonly #hooks: TransactionHooks
  #jobs: Job[] = []
  /** How many jobs at the head of the queue have to be done one by one. */
  #single = 0
  #isScheduled = false

  constructor(db: Database, path: string, hooks: TransactionHooks) {
    this.#db = db
    this.#path = path
    this.#hooks = hooks
  }

  /** Does the work in the next transaction; resolves to its result when that is on the disk, or only done where it need not last. */
  add<Result>(work: () => Result, lasting = true): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#jobs.push({ work, lasting, resolve: resolve as Job['resolve'], reject })
      if (this.#isScheduled) return
      this.#isScheduled = true
      setImmediate(() => this.flush())
    })
  }

  /** Writes what waits. */
  flush(): void {
    this.#isScheduled = false
    while (this.#jobs.length > 0) {
      const group = this.#jobs.splice(0, this.#single > 0 ? 1 : largestGroup)
      this.#single = Math.max(0, this.#single - 1)
      this.#transact(group)
    }
  }

  #transact(group: readonly Job[]): void {
    const { begin, commit } = this.#statements
    try {
      this.#step('begin', () => this.#hooks.starting(group.some(({ lasting }) => lasting)))
      this.#step('begin', () => begin.run())
      this.#step('begin', () => this.#hooks.begun())
    } catch (error) {
      this.#rollBack()
      this.#single = 0
      rejectAll([...group, ...this.#jobs.splice(0)], error)
      return
    }
    let results: readonly unknown[]
    try {
      results = this.#step('write', () => group.map((job) => job.work()))
    } catch (error) {
      this.#rollBack()
      if (group.length > 1) {
        this.#jobs = [...group, ...this.#jobs]
        this.#single = group.length
      } else rejectAll(group, error)
      return
    }
    try {
      this.#step('commit', () => commit.run())
    } catch (error) {
      this.#rollBack()
      rejectAll(group, error)
      return
    }
    this.#hooks.committed()
    for (const [index, job] of group.entries()) job.resolve(results[index] as never)
  }

  #rollBack(): void {
    try {
      // SQLite has rolled back by itself after some errors.
      if (this.#db.inTransaction) this.#statements.rollback.run()
    } catch {
      // Nothing is committed: the error that led here is the one to tell, and the next BEGIN fails if this goes on.
    }
    this.#hooks.rolledBack()
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

function rejectAll(jobs: readonly Job[], error: unknown): void {
  for (const job of jobs) job.reject(error)
}
