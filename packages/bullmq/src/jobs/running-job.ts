import {
  Account,
  asPartOf,
  carryOut,
  handedWork,
  isOutage,
  noCost,
  noteUse,
  outlast,
  ReadScope,
} from '@skein/memory/runtime'
import { toStoredEnvelope } from '@skein/memory/runtime'
import type { Executor } from '@skein/core/executor'
import type { Memory, View } from '@skein/memory'
import type { Costs, HandedWork } from '@skein/memory/runtime'
import type { Cost } from '@skein/memory/types'
import type { Job } from 'bullmq'
import type { Redis } from 'ioredis'

import type { QueueNames } from '../queue/queue-names.ts'
import { cancelledCode, JobFailure, reportedMs } from './job-data.ts'
import type { RemoteFailure, RemoteOutcome, RemoteProgress, RemoteTask } from './job-data.ts'
import { countedKind, subjectOf } from './packed-job.ts'
import type { JobSubject, PackedJob } from './packed-job.ts'

/** What a job needs where it runs. */
export interface RunningJobParts {
  readonly memory: Memory
  readonly executor: Executor
  readonly client: Redis
  readonly names: QueueNames
  /** The host and process, as results name it. */
  readonly worker: string
  /** How long BullMQ's lock on a job lasts, in milliseconds. */
  readonly lockMs: number
  tell(what: 'started' | 'progress', job: Job<PackedJob>): void
}

/** Why a worker stops a job. */
export type StopReason = 'cancelled' | 'lock lost' | 'released'

/**
 * One job in a worker:
 *
 * 1. `#find` reads from the record of the work what is to be done, and for whom.
 * 2. `#compute` runs the activity in a thread, and puts its progress into the memory.
 * 3. The result takes the place of the order in the record; a failure is put into the memory by `#fail`.
 */
export class RunningJob {
  readonly #parts: RunningJobParts
  readonly #job: Job<PackedJob>
  readonly #subject: JobSubject
  readonly #module: string
  readonly #control = new AbortController()
  #costs: Costs | null = null
  /** How many there are, those of earlier workers included, where that is known. */
  #pieces: number | undefined
  #lockedAt = 0
  #lockEnd: NodeJS.Timeout | undefined
  #reports: Promise<void> = Promise.resolve()

  constructor(parts: RunningJobParts, job: Job<PackedJob>, module: string) {
    this.#parts = parts
    this.#job = job
    this.#subject = subjectOf(job.id ?? '', job.data)
    this.#module = module
    this.#pieces = this.isTakenOver ? undefined : 0
  }

  /** Whether another worker has begun with it before. */
  get isTakenOver(): boolean {
    return this.#job.attemptsStarted > 1
  }

  get queueName(): string {
    return this.#job.queueName
  }

  get attempt(): string {
    return this.#job.data.a
  }

  /** BullMQ has renewed its lock, which lasts from when that was asked for: whenever Redis did it, it was not before. */
  renewed(sentAt: number): void {
    this.#lockedAt = sentAt
    clearTimeout(this.#lockEnd)
    const leftMs = Math.max(0, sentAt + this.#parts.lockMs - performance.now())
    this.#lockEnd = setTimeout(() => this.#lockEnded(), leftMs).unref()
  }

  /** Another worker may have the job by now, unless the renewal is among what this process has yet to read. */
  #lockEnded(): void {
    const { lockMs } = this.#parts
    setImmediate(() => {
      if (performance.now() - this.#lockedAt >= lockMs) this.stop('lock lost')
      // Timers know whole milliseconds only, so this one may have come too early.
      else this.renewed(this.#lockedAt)
    })
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

  /**
   * Runs the job to its end.
   *
   * @returns how many pieces of progress there are; `undefined` where only earlier workers know.
   * @throws JobFailure; the reason of the abort where it was stopped
   */
  async run(): Promise<number | undefined> {
    // BullMQ notes in the job when it asked for it.
    const askedMs = Math.max(0, Date.now() - (this.#job.processedOn ?? Date.now()))
    this.renewed(performance.now() - askedMs)
    try {
      return await this.#run()
    } finally {
      clearTimeout(this.#lockEnd)
    }
  }

  async #run(): Promise<number | undefined> {
    const handed = await this.#find()
    // Another worker has done it, and could not say so any more.
    if (handed.result) return this.#pieces
    const task = handed.order?.task as RemoteTask | undefined
    // Its caller is gone, or gives it again.
    if (!task) throw new JobFailure({ code: cancelledCode })
    // The same work was ordered since for another version, or whoever has written to the queue means other work.
    if (task.queue !== undefined && task.queue !== this.queueName) throw new JobFailure({ code: cancelledCode })
    using scope = new ReadScope()
    if (task.label) scope.noteLabel(task.label)
    const view = this.#parts.memory.as(task.principal, scope)
    const { signal } = this.#control
    try {
      const beforeKeeping = (): Promise<void> => this.#requireLock()
      await carryOut(view, handed, () => this.#compute(task, scope, view), { signal, beforeKeeping })
      return this.#pieces
    } catch (error) {
      // The error of the work is the one to tell.
      await this.#reports.catch(() => {})
      if (this.stopped) throw signal.reason
      throw await this.#fail(error, task.name, view)
    }
  }

  /** A worker that was cut off for longer than its lock lasts may have lost the job. @throws the reason of the abort */
  async #requireLock(): Promise<void> {
    const { client, names, lockMs } = this.#parts
    if (performance.now() - this.#lockedAt < lockMs) return
    const { queueName, id = '', token } = this.#job
    if ((await client.get(`${names.job(queueName, id)}:lock`)) !== token) this.stop('lock lost')
    this.#control.signal.throwIfAborted()
  }

  /** @throws JobFailure where this worker can't read it. */
  async #find(): Promise<HandedWork> {
    const { key, label } = this.#subject
    const clearance = { level: label.sensitivity, compartments: label.compartments }
    const view = this.#parts.memory.as({ id: 'worker', role: 'worker', clearance })
    try {
      return await outlast(() => handedWork(view, key), { signal: this.#control.signal })
    } catch (error) {
      if (this.stopped) throw error
      throw new JobFailure({ code: 'SKEIN_TASK_LOST', message: error instanceof Error ? error.message : String(error) })
    }
  }

  async #compute(task: RemoteTask, scope: ReadScope, view: View): Promise<{ value: RemoteOutcome; cost: Cost }> {
    const { executor, worker: host, memory } = this.#parts
    const { priority } = this.#job.opts
    const { t: traceparent } = this.#job.data
    const { tracing } = memory
    const work = {
      ...task,
      module: this.#module,
      sources: scope.sources,
      ...(priority !== undefined && { priority: -priority }),
      ...(traceparent !== undefined && { trace: { traceparent, content: tracing.content } }),
    }
    let startedAt: number | undefined
    // What it took is counted by the flock, from what is reported here.
    const outcome = await asPartOf(
      task.chain ?? [],
      () =>
        executor.run(work, {
          signal: this.#control.signal,
          onStarted: () => {
            startedAt = performance.now()
            this.#parts.tell('started', this.#job)
          },
          onCosts: (costs) => (this.#costs = costs),
          onSpans: (spans) => tracing.record(spans),
          onLabel: (label) => scope.noteLabel(label),
          onProgress: (value, label) => {
            scope.noteLabel(label)
            this.#report(view, value)
          },
        }),
      new Account(),
    ).catch((error: unknown) => {
      this.#count(view, startedAt === undefined ? 0 : performance.now() - startedAt)
      throw error
    })
    this.#count(view, outcome.durationMs)
    scope.noteLabel(outcome.label)
    scope.noteSources(outcome.sources ?? [])
    await this.#reports
    const { output, durationMs, worker } = outcome
    const costs = this.#costs
    const value = {
      ...(output !== undefined && { output }),
      worker: `${host}/${worker}`,
      ...(costs && isAny(costs) && { costs }),
    }
    return { value, cost: { ...(costs?.used ?? noCost), ms: durationMs } }
  }

  /** Counts the time that the activity itself took; calls to models are counted where they are made. */
  #count(view: View, tookMs: number): void {
    const kind = countedKind(this.#subject.key)
    const ms = Math.max(0, tookMs - (this.#costs?.used.ms ?? 0))
    if (kind !== undefined && ms > 0) noteUse(view, kind, { ...noCost, ms })
  }

  /** Puts a piece of progress into the memory, and its ref into the list that the caller reads. */
  #report(view: View, value: unknown): void {
    const { client, names } = this.#parts
    const key = names.key('progress', this.attempt)
    this.#reports = this.#reports.then(async () => {
      const progress: RemoteProgress = { value }
      const ref = await outlast(() => view.objects.put(progress, { ttlMs: reportedMs, title: 'Progress' }))
      const replies = await client.multi().rpush(key, JSON.stringify(ref)).pexpire(key, reportedMs).exec()
      this.#pieces = replies?.[0]?.[1] as number | undefined
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

/** Whether anything was used or saved beside the time that the activity itself took. */
function isAny({ used, saved, reused }: Costs): boolean {
  return (
    reused > 0 || [used, saved].some((cost) => Object.values(cost).some((amount) => amount !== undefined && amount > 0))
  )
}
