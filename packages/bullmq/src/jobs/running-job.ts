import { Account, asPartOf, isOutage, noCost, outlast, ReadScope, toStoredEnvelope } from '@skein/memory/runtime'
import type { ActivityOutcome, Executor } from '@skein/core/executor'
import type { Memory, View } from '@skein/memory'
import type { Costs } from '@skein/memory/runtime'
import type { Job } from 'bullmq'
import type { Redis } from 'ioredis'

import type { QueueNames } from '../queue/queue-names.ts'
import { cancelledCode, JobFailure, keptMs, reportedMs } from './job-data.ts'
import type { JobData, RemoteFailure, RemoteOutcome, RemoteProgress, RemoteTask } from './job-data.ts'

/** What a job needs where it runs. */
export interface RunningJobParts {
  readonly memory: Memory
  readonly executor: Executor
  readonly client: Redis
  readonly names: QueueNames
  /** The host and process, as results name it. */
  readonly worker: string
  tell(what: 'started' | 'progress', job: Job<JobData>): void
}

/** Why a worker stops a job. */
export type StopReason = 'cancelled' | 'lock lost' | 'released'

/**
 * One job in a worker:
 *
 * 1. `#readTask` reads from the memory what is to be done, and for whom.
 * 2. Compute-once takes the key of the work: what another worker has done is not done again.
 * 3. `#compute` runs the activity in a thread, and puts its progress into the memory.
 * 4. The result is kept by compute-once; a failure is put into the memory by `#fail`.
 */
export class RunningJob {
  readonly #parts: RunningJobParts
  readonly #job: Job<JobData>
  readonly #module: string
  readonly #control = new AbortController()
  #costs: Costs | null = null
  #reports: Promise<void> = Promise.resolve()

  constructor(parts: RunningJobParts, job: Job<JobData>, module: string) {
    this.#parts = parts
    this.#job = job
    this.#module = module
  }

  get queueName(): string {
    return this.#job.queueName
  }

  get attempt(): string {
    return this.#job.data.attempt
  }

  /** Why it was stopped, if it was. */
  stopped: StopReason | undefined

  stop(reason: StopReason): void {
    if (this.stopped) return
    this.stopped = reason
    this.#control.abort(
      new DOMException(`The caller no longer wants the result, or the job is ${reason}.`, 'AbortError'),
    )
  }

  /** Runs the job to its end. @throws JobFailure; the reason of the abort where it was stopped */
  async run(): Promise<void> {
    const task = await this.#readTask()
    using scope = new ReadScope()
    if (task.label) scope.noteLabel(task.label)
    const view = this.#parts.memory.as(task.principal, scope)
    const { key } = this.#job.data
    const { signal } = this.#control
    try {
      await view.once<RemoteOutcome>(
        key,
        ({ signal: either, reportDuration }) => {
          // The flock counts what it took.
          reportDuration(0)
          return this.#compute(task, scope, view, either)
        },
        // Whatever the flock's own result rests on, this one rests on.
        { ttlMs: keptMs, onRetract: 'recompute', signal },
      )
    } catch (error) {
      // The error of the work is the one to tell.
      await this.#reports.catch(() => {})
      if (this.stopped) throw signal.reason
      throw await this.#fail(error, task.name, view)
    }
  }

  /** @throws JobFailure where this worker can't read it. */
  async #readTask(): Promise<RemoteTask> {
    const { task, label } = this.#job.data
    const clearance = { level: label.sensitivity, compartments: label.compartments }
    const view = this.#parts.memory.as({ id: 'worker', role: 'worker', clearance })
    try {
      return await outlast(() => view.objects.get(task), { signal: this.#control.signal })
    } catch (error) {
      if (this.stopped) throw error
      throw new JobFailure({ code: 'SKEIN_TASK_LOST', message: error instanceof Error ? error.message : String(error) })
    }
  }

  async #compute(task: RemoteTask, scope: ReadScope, view: View, signal: AbortSignal): Promise<RemoteOutcome> {
    const { executor, worker } = this.#parts
    const { priority } = this.#job.opts
    const work = { ...task, module: this.#module, ...(priority !== undefined && { priority: -priority }) }
    // What it took is counted by the flock, from what is reported here.
    const outcome = await asPartOf(
      task.chain ?? [],
      () =>
        executor.run(work, {
          signal,
          onStarted: () => this.#parts.tell('started', this.#job),
          onCosts: (costs) => (this.#costs = costs),
          onLabel: (label) => scope.noteLabel(label),
          onProgress: (value, label) => {
            scope.noteLabel(label)
            this.#report(view, value)
          },
        }),
      new Account(),
    )
    scope.noteLabel(outcome.label)
    scope.noteSources(outcome.sources ?? [])
    await this.#reports
    return this.#toRemote(outcome, worker)
  }

  #toRemote({ output, durationMs, worker, label, sources = [] }: ActivityOutcome, host: string): RemoteOutcome {
    const costs = this.#costs ?? { used: noCost, saved: noCost, reused: 0 }
    const kept = { durationMs, worker: `${host}/${worker}`, label, sources, costs }
    return output === undefined ? kept : { output, ...kept }
  }

  /** Puts a piece of progress into the memory, and its ref into the list that the caller reads. */
  #report(view: View, value: unknown): void {
    const { client, names } = this.#parts
    const key = names.key('progress', this.attempt)
    this.#reports = this.#reports.then(async () => {
      const progress: RemoteProgress = { value }
      const ref = await outlast(() => view.objects.put(progress, { ttlMs: reportedMs, title: 'Progress' }))
      await client.multi().rpush(key, JSON.stringify(ref)).pexpire(key, reportedMs).exec()
      this.#parts.tell('progress', this.#job)
    })
    // It fails the job at its end.
    this.#reports.catch(() => {})
  }

  /** Puts an error into the memory, and returns what Redis may know of it. */
  async #fail(error: unknown, name: string, view: View): Promise<JobFailure> {
    const failure: RemoteFailure = { error: toStoredEnvelope(error), costs: this.#costs }
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'Error'
    const put = (): Promise<unknown> => view.objects.put(failure, { ttlMs: reportedMs, title: `Failure of ${name}` })
    try {
      const ref = await outlast(put, { signal: this.#control.signal })
      return new JobFailure({ code, failure: ref as never })
    } catch (second) {
      if (this.stopped || isOutage(second)) throw second
      return new JobFailure({ code: cancelledCode })
    }
  }
}
