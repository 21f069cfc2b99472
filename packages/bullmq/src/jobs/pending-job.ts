import { activityErrorClasses } from '@skein/core/executor'
import type { ActivityOutcome, ActivityTask, RunOptions } from '@skein/core/executor'
import { ReadScope, fromEnvelope, handedWork, OrderLost, outlast, warn } from '@skein/memory/runtime'
import type { Memory, Ref } from '@skein/memory'
import type { Redis } from 'ioredis'

import type { ActivityIdentity, QueueNames } from '../queue/queue-names.ts'
import { TaskLostError, WorkerLostError } from '../queue/queue-errors.ts'
import { cancelledCode } from './job-data.ts'
import type { FailureReason, RemoteFailure, RemoteOutcome, RemoteProgress } from './job-data.ts'
import type { PackedJob } from './packed-job.ts'

/** What a caller's job works with. */
export interface PendingJobParts {
  readonly memory: Memory
  readonly client: Redis
  readonly names: QueueNames
}

/** One job, as its caller sees it: its start, its progress and its end, in this order. */
export class PendingJob {
  readonly id: string
  readonly queueName: string
  readonly identity: ActivityIdentity
  readonly task: ActivityTask
  readonly key: string
  readonly data: PackedJob
  readonly since: number = performance.now()
  readonly result: Promise<ActivityOutcome>
  /** Whether BullMQ has taken it. */
  isAdded = false
  /** How often in a row it was not found in Redis. */
  missing = 0
  /** How often it was added once more. */
  again = 0
  isStarted = false
  readonly #parts: PendingJobParts
  readonly #options: RunOptions
  readonly #settle: PromiseWithResolvers<ActivityOutcome> = Promise.withResolvers<ActivityOutcome>()
  /** Which attempt's progress was read, and how much of it. */
  #progress = { attempt: '', seen: 0 }
  #last: Promise<void> = Promise.resolve()

  constructor(
    parts: PendingJobParts,
    job: Pick<PendingJob, 'id' | 'queueName' | 'identity' | 'task' | 'key' | 'data'>,
    options: RunOptions,
  ) {
    this.#parts = parts
    this.#options = options
    this.id = job.id
    this.queueName = job.queueName
    this.identity = job.identity
    this.task = job.task
    this.key = job.key
    this.data = job.data
    this.result = this.#settle.promise
    // It may fail before its caller waits for it, who is told then.
    this.result.catch(() => {})
  }

  /** Does something for this job when all that came before is done. What fails ends the job. */
  inTurn(step: () => Promise<void> | void): void {
    this.#last = this.#last.then(step).catch((error: unknown) => this.#settle.reject(error))
  }

  reject(error: unknown): void {
    this.#settle.reject(error)
  }

  /** It runs: for the first time, or again where a worker was lost. */
  started(): void {
    this.isStarted = true
    this.#tell(() => this.#options.onStarted?.())
  }

  /** Nobody runs it any longer. */
  queued(): void {
    if (!this.isStarted) return
    this.isStarted = false
    this.#tell(() => this.#options.onQueued?.())
  }

  /** Reads the progress that an attempt has made since. @param all - How many pieces it has made, if that is known. */
  async readProgress(attempt: string, all?: number): Promise<void> {
    const { client, names, memory } = this.#parts
    const seen = this.#progress.attempt === attempt ? this.#progress.seen : 0
    if (seen === all) return
    const refs = await client.lrange(names.key('progress', attempt), seen, -1)
    this.#progress = { attempt, seen: seen + refs.length }
    for (const text of refs) {
      using scope = new ReadScope()
      const ref = JSON.parse(text) as Ref<RemoteProgress>
      const view = memory.as(this.task.principal, scope)
      const { value } = await outlast(() => view.objects.get(ref))
      this.#tell(() => this.#options.onProgress?.(value, scope.label))
    }
  }

  /** Takes the result, or fails where the order is gone; resolves to whether it has ended. */
  async takeResult(): Promise<boolean> {
    const view = this.#parts.memory.as(this.task.principal)
    const { order, result } = await outlast(() => handedWork(view, this.key))
    if (!result) {
      if (order) return false
      this.#settle.reject(new OrderLost('Its lease had ended, or Redis has lost it.'))
      return true
    }
    const { cost, label, sources, isKept } = result
    const { output, worker, costs } = result.value as RemoteOutcome
    if (costs) this.#options.onCosts?.(costs)
    this.#settle.resolve({ output, durationMs: cost.ms, worker, label, sources, isKept })
    return true
  }

  /** Takes a failure; resolves to whether it is one of this job, and not of an earlier caller's wish. */
  async takeFailure(reason: FailureReason): Promise<boolean> {
    if (reason.code === cancelledCode) return false
    const { name, principal } = this.task
    if (!reason.failure) {
      const why = reason.message ?? reason.code
      this.#settle.reject(
        reason.code === 'SKEIN_TASK_LOST'
          ? new TaskLostError(name, 'that took it', new Error(why))
          : new WorkerLostError(name, why),
      )
      return true
    }
    using scope = new ReadScope()
    const view = this.#parts.memory.as(principal, scope)
    const ref = reason.failure
    const failure: RemoteFailure = await outlast(() => view.objects.get(ref))
    if (failure.costs) this.#options.onCosts?.(failure.costs)
    this.#options.onLabel?.(scope.label)
    this.#settle.reject(fromEnvelope(failure.error, activityErrorClasses))
    return true
  }

  #tell(call: () => void): void {
    try {
      call()
    } catch (error) {
      warn(error)
    }
  }
}
