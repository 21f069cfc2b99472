import { isLocked, LockWait, pauseMs } from '../file/when-unlocked.ts'
import type { LockTurns } from './lock-turns.ts'
import type { Outcome, TransactionRunner } from './transaction-runner.ts'

/** Work to do inside a transaction, and the promise of its result. */
interface Job {
  readonly work: () => unknown
  /** Whether its result has to be on the disk when the promise resolves. */
  readonly lasting: boolean
  /** Whether it goes before what is written with it, see {@link WriteQueue.add}. */
  readonly isFirst: boolean
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
  /** How long it has waited for a lock, in milliseconds, once it was found to have to. */
  waitedMs?: number
}

/** What a {@link WriteQueue} works with. */
export interface WriteQueueParts {
  readonly transactions: TransactionRunner
  readonly turns: LockTurns
  /** How long a job waits for a lock of another process, in milliseconds. */
  readonly busyTimeoutMs: number
}

const maxGroupSize = 1_000

/**
 * Groups the many small writes of one turn of the event loop into one
 * transaction, so that they share one sync of the disk (group commit).
 *
 * Each write keeps its own outcome. When the work of one of them fails, the
 * group is rolled back and done again one by one, so that only that one fails.
 * When another process has the lock, all wait, with the event loop running; who
 * has waited too long fails. When a commit fails, the whole group fails, since
 * the commit may have happened.
 */
export class WriteQueue {
  readonly #parts: WriteQueueParts
  readonly #lockWait = new LockWait()
  #jobs: Job[] = []
  /** How many jobs at the head of the queue have to be done one by one. */
  #single = 0
  #isScheduled = false
  #isLocked = false
  #isPatient = false
  #drained: PromiseWithResolvers<void> | undefined

  constructor(parts: WriteQueueParts) {
    this.#parts = parts
  }

  /** Whether the last attempt to write found that another process has the lock. */
  get isLocked(): boolean {
    return this.#isLocked
  }

  /**
   * Does the work in the next transaction.
   *
   * @param lasting - Whether the promise waits until the result is on the disk.
   * @param isFirst - Whether it goes before earlier work of the same transaction: a lease that was renewed in time covers
   * the writes that waited with the renewal for a lock.
   */
  add<Result>(work: () => Result, lasting = true, isFirst = false): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#jobs.push({ work, lasting, isFirst, resolve: resolve as Job['resolve'], reject })
      if (this.#isScheduled) return
      this.#isScheduled = true
      setImmediate(() => this.#flush())
    })
  }

  /** Resolves when everything in the queue has been written or has failed. */
  async drain(): Promise<void> {
    if (this.#jobs.length === 0) return
    this.#drained ??= Promise.withResolvers()
    await this.#drained.promise
  }

  /** Lets what is added meanwhile wait as long as it takes: this process has the lock itself, and has work to do with it. */
  async patiently(work: () => Promise<void>): Promise<void> {
    this.#isPatient = true
    try {
      await work()
    } finally {
      this.#isPatient = false
      for (const job of this.#jobs) delete job.waitedMs
    }
  }

  /** Writes everything in the queue, up to the next lock, or until it is the turn of another process. */
  #flush(): void {
    const { transactions, turns } = this.#parts
    while (this.#jobs.length > 0) {
      const handoverMs = turns.pauseMs()
      if (handoverMs > 0) {
        setTimeout(() => this.#flush(), handoverMs)
        return
      }
      const arrived = this.#jobs.splice(0, this.#single > 0 ? 1 : maxGroupSize)
      const group = firstOnes(arrived)
      const isLasting = group.some(({ lasting }) => lasting)
      const outcome = transactions.run(group, isLasting)
      this.#isLocked = !outcome.committed && outcome.stage === 'begin' && isLocked(outcome.error)
      if (this.#isLocked) {
        this.#jobs = [...arrived, ...this.#jobs]
        this.#wait((outcome as { readonly error: unknown }).error)
        return
      }
      this.#single = Math.max(0, this.#single - 1)
      turns.ended()
      this.#settle(group, outcome)
    }
    this.#isScheduled = false
    this.#drained?.resolve()
    this.#drained = undefined
  }

  /** Tries again soon, and fails what has waited for too long. */
  #wait(error: unknown): void {
    const { busyTimeoutMs, turns } = this.#parts
    const sinceMs = this.#isPatient ? 0 : this.#lockWait.failed()
    for (const job of this.#jobs) job.waitedMs = job.waitedMs === undefined ? 0 : job.waitedMs + sinceMs
    const isLate = ({ waitedMs = 0 }: Job): boolean => !this.#isPatient && waitedMs >= busyTimeoutMs
    // They are in order of their arrival.
    const late = this.#jobs.findIndex((job) => !isLate(job))
    const rejected = this.#jobs.splice(0, late < 0 ? this.#jobs.length : late)
    this.#single = Math.max(0, this.#single - rejected.length)
    rejectAll(rejected, error)
    turns.wait()
    const [oldest] = this.#jobs
    const waitedMs = oldest?.waitedMs ?? 0
    if (oldest) setTimeout(() => this.#flush(), Math.min(pauseMs(waitedMs), Math.max(1, busyTimeoutMs - waitedMs)))
    else this.#flush()
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

/** The jobs of a group in the order in which they are done. */
function firstOnes(group: Job[]): readonly Job[] {
  if (!group.some(({ isFirst }) => isFirst)) return group
  return [...group.filter(({ isFirst }) => isFirst), ...group.filter(({ isFirst }) => !isFirst)]
}

function rejectAll(jobs: readonly Job[], error: unknown): void {
  for (const job of jobs) job.reject(error)
}
