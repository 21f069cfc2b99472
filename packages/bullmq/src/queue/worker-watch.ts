import { NoWorkerError } from './queue-errors.ts'
import type { ActivityIdentity } from './queue-names.ts'
import { missingFor } from './registry.ts'
import type { Registry, WorkerEntry } from './registry.ts'

/** Most activities that a caller has under way by default: each one costs it a lease. */
const mostWidth = 10_000

/** A job that waits, or runs. */
export interface WatchedJob {
  readonly identity: ActivityIdentity
  readonly isStarted: boolean
  /** When it was submitted, by `performance.now()`. */
  readonly since: number
  reject(error: unknown): void
}

/** Knows for a caller how much its workers can run, and fails what none of them has. */
export class WorkerWatch {
  readonly #registry: Registry
  readonly #queue: string
  readonly #workerTimeoutMs: number
  #width = 0

  constructor(registry: Registry, queue: string, workerTimeoutMs: number) {
    this.#registry = registry
    this.#queue = queue
    this.#workerTimeoutMs = workerTimeoutMs
  }

  /** So many activities keep all workers busy, whichever kind they are: while one batch runs, another one waits. */
  get width(): number {
    return this.#width
  }

  /** Reads who works. Rejects jobs that have waited for too long while nobody has them, with NoWorkerError. */
  async look(jobs: readonly WatchedJob[]): Promise<void> {
    const workers = await this.#registry.workers()
    this.#width = Math.min(mostWidth, 2 * roomOf(workers))
    const before = performance.now() - this.#workerTimeoutMs
    for (const job of jobs) {
      if (job.isStarted || job.since > before) continue
      const missing = missingFor(job.identity, workers)
      if (missing !== undefined) job.reject(new NoWorkerError(job.identity.name, this.#queue, missing))
    }
  }
}

function roomOf(workers: readonly WorkerEntry[]): number {
  const taking = workers.filter(({ isDraining }) => !isDraining)
  return taking.reduce((sum, { capacity }) => sum + capacity.compute + capacity.io, 0)
}
