/** Counts of jobs, by outcome. */
export interface JobCounts {
  /** Those whose result is kept. */
  readonly done: number
  /** Those that failed; those that nobody wants any more are not among them. */
  readonly failed: number
  /** Those that their callers gave again, after an attempt had failed. */
  readonly retried: number
  /** Those whose worker did not renew its lock, since it ended or was cut off. Whoever finds them counts them. */
  readonly stalled: number
  /** Those that another worker had begun. */
  readonly takenOver: number
}

/** The name of one of the counts. */
export type JobCount = keyof JobCounts

/** The counts, and what they mean. */
export const countMeanings: Readonly<Record<JobCount, string>> = {
  done: 'Jobs that are done',
  failed: 'Jobs that failed',
  retried: 'Jobs that callers submitted again after a failure',
  stalled: 'Jobs whose worker ended or was cut off',
  takenOver: 'Jobs that another worker had begun',
}

export const jobCounts: readonly JobCount[] = Object.keys(countMeanings) as JobCount[]

/** Nothing so far. */
export const noCounts: JobCounts = { done: 0, failed: 0, retried: 0, stalled: 0, takenOver: 0 }

/** Counts what becomes of the jobs of a worker, by their queues. */
export class JobTally {
  readonly #counts = new Map<string, Record<JobCount, number>>()
  /** What was counted since somebody last took it. */
  #fresh = new Map<string, number>()

  add(queue: string, what: JobCount): void {
    const counts = this.#counts.get(queue) ?? { ...noCounts }
    counts[what] += 1
    this.#counts.set(queue, counts)
    const name = `${queue}/${what}`
    this.#fresh.set(name, (this.#fresh.get(name) ?? 0) + 1)
  }

  of(queue: string): JobCounts {
    return this.#counts.get(queue) ?? noCounts
  }

  /** What was counted since the last call, by `QUEUE/COUNT`. */
  takeFresh(): ReadonlyMap<string, number> {
    const fresh = this.#fresh
    this.#fresh = new Map()
    return fresh
  }
}

/** Adds up. */
export function sumOf(all: readonly JobCounts[]): JobCounts {
  const sum: Record<JobCount, number> = { ...noCounts }
  for (const counts of all) for (const what of jobCounts) sum[what] += counts[what]
  return sum
}
