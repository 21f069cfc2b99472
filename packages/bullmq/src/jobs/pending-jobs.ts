import { warn } from '@skein/memory/runtime'
import type { Redis } from 'ioredis'

import { WorkerLostError } from '../queue/queue-errors.ts'
import type { QueueNames } from '../queue/queue-names.ts'
import { readReason } from './job-data.ts'
import type { JobMessage } from './job-events.ts'
import { attemptOf } from './packed-job.ts'
import type { PendingJob } from './pending-job.ts'

/** How often the jobs of a caller are looked up in Redis, in milliseconds: messages may get lost. */
const lookMs = 2_000
/** How many are looked up at once. */
const lookAtOnce = 1_000
/** How many of those that wait are looked up each time: they may be many, and what a look costs must not grow. */
const waitingAtOnce = 200

/** How often a job is added once more. */
const mostAgain = 5

/** What adds a job, once more where Redis has lost it. */
export interface JobAdder {
  add(job: PendingJob): Promise<void>
  /** Removes one that failed, so that its name is free. */
  remove(job: PendingJob): Promise<void>
}

/**
 * The jobs that a caller waits for.
 *
 * Workers tell what happens by messages, which cost little and may get lost. So jobs are also looked up: all of them
 * after each gap in the connection, and from time to time those that run, and in turns those that wait.
 *
 * - the job waits or runs: wait on
 * - the job has failed: take its failure
 * - Redis has no such job: it is done, or Redis has lost it. Take the result, or add it once more.
 */
export class PendingJobs {
  readonly #jobs = new Map<string, PendingJob>()
  readonly #client: Redis
  readonly #names: QueueNames
  readonly #adder: JobAdder
  readonly #timer: NodeJS.Timeout
  #isLooking = false
  /** Whether messages may have been missed since the last look. */
  #hasGap = false
  /** Jobs that wait and were looked up in this turn. */
  #looked = new WeakSet<PendingJob>()

  constructor(client: Redis, names: QueueNames, adder: JobAdder) {
    this.#client = client
    this.#names = names
    this.#adder = adder
    this.#timer = setInterval(() => void this.#look(), lookMs).unref()
  }

  get all(): readonly PendingJob[] {
    return [...this.#jobs.values()]
  }

  get waiting(): number {
    let waiting = 0
    for (const { isStarted } of this.#jobs.values()) if (!isStarted) waiting += 1
    return waiting
  }

  add(job: PendingJob): void {
    this.#jobs.set(job.id, job)
  }

  remove({ id }: PendingJob): void {
    this.#jobs.delete(id)
  }

  /** A worker says something. */
  onMessage({ what, id, attempt, pieces }: JobMessage): void {
    const job = this.#jobs.get(id)
    if (!job) return
    if (what === 'started') job.inTurn(() => job.started())
    else if (what === 'progress') job.inTurn(() => job.readProgress(attempt))
    else if (what === 'done') job.inTurn(() => this.#end(job, attempt, pieces))
    else if (what === 'failed') job.inTurn(() => this.#fail(job))
  }

  /** Looks up all jobs, since messages were missed; never rejects. */
  look(): Promise<void> {
    this.#hasGap = true
    return this.#look()
  }

  /** Those that run, those that were not found, and some of those that wait. */
  #due(): readonly PendingJob[] {
    const [waiting, others] = [[] as PendingJob[], [] as PendingJob[]]
    for (const job of this.#jobs.values()) (job.isStarted || job.missing > 0 ? others : waiting).push(job)
    const next = waiting.filter((job) => !this.#looked.has(job)).slice(0, waitingAtOnce)
    // The next turn begins when all had theirs.
    if (next.length < waitingAtOnce) this.#looked = new WeakSet()
    else for (const job of next) this.#looked.add(job)
    return [...others, ...next]
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      do {
        const isAll = this.#hasGap
        this.#hasGap = false
        const jobs = (isAll ? this.all : this.#due()).filter(({ isAdded }) => isAdded)
        // What was not seen is looked for once more, but not before the next turn.
        if (!(await this.#lookAtAll(jobs)) && isAll) {
          this.#hasGap = true
          return
        }
      } while (this.#hasGap)
    } finally {
      this.#isLooking = false
    }
  }

  /** Resolves to whether all of them were seen. */
  async #lookAtAll(jobs: readonly PendingJob[]): Promise<boolean> {
    try {
      let isSeen = true
      for (let from = 0; from < jobs.length; from += lookAtOnce) {
        isSeen = (await this.#lookAt(jobs.slice(from, from + lookAtOnce))) && isSeen
      }
      return isSeen
    } catch (error) {
      // Without Redis there is nothing to see; the next look is soon.
      warn(error)
      return false
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #lookAt(jobs: readonly PendingJob[]): Promise<boolean> {
    let isSeen = true
    const pipeline = this.#client.pipeline()
    for (const job of jobs) {
      pipeline.hmget(this.#names.job(job.queueName, job.id), 'data', 'processedOn', 'failedReason', 'finishedOn')
    }
    const replies = (await pipeline.exec()) ?? []
    for (const [index, job] of jobs.entries()) {
      const [error, fields] = replies[index] ?? []
      if (error || !fields) isSeen = false
      else if (this.#jobs.has(job.id)) this.#see(job, fields as readonly (string | null)[])
    }
    return isSeen
  }

  #see(job: PendingJob, [data, processedOn, failedReason, finishedOn]: readonly (string | null | undefined)[]): void {
    if (!data) {
      job.missing += 1
      // The message that it is done may be under way.
      if (job.missing > 1) job.inTurn(() => this.#end(job, job.data.a))
      return
    }
    job.missing = 0
    const attempt = attemptOf(data)
    if (failedReason && finishedOn) job.inTurn(() => this.#fail(job))
    else if (processedOn) {
      if (!job.isStarted) job.inTurn(() => job.started())
      job.inTurn(() => job.readProgress(attempt))
    }
  }

  async #end(job: PendingJob, attempt: string, pieces?: number): Promise<void> {
    if (!this.#jobs.has(job.id)) return
    await job.readProgress(attempt, pieces)
    if (!(await job.takeResult())) await this.#again(job)
  }

  async #fail(job: PendingJob): Promise<void> {
    if (!this.#jobs.has(job.id)) return
    const key = this.#names.job(job.queueName, job.id)
    const [reason, data] = await this.#client.hmget(key, 'failedReason', 'data')
    // Somebody has removed it: whatever it was, nobody knows any longer.
    if (!reason || !data) return this.#end(job, job.data.a)
    const attempt = attemptOf(data)
    await job.readProgress(attempt)
    const isOwn = attempt === job.data.a && (await job.takeFailure(readReason(reason)))
    await this.#adder.remove(job)
    // A job of the same name that an earlier caller began and gave up.
    if (!isOwn) await this.#end(job, attempt)
  }

  /** What it has read may have been forgotten each time, and Redis may lose it; but neither for ever. */
  async #again(job: PendingJob): Promise<void> {
    job.missing = 0
    job.again += 1
    if (job.again > mostAgain) {
      job.reject(
        new WorkerLostError(job.task.name, `it was given ${mostAgain} times, and left no result that may be kept`),
      )
      return
    }
    job.queued()
    await this.#adder.add(job)
  }
}
