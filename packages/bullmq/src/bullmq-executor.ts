import { FlockClosedError, UnknownActivityError } from '@skein/core'
import type {
  ActivityOutcome,
  ActivityTask,
  Executor,
  ExecutorFactory,
  ExecutorParts,
  ModuleDescription,
  RunOptions,
} from '@skein/core/executor'
import type { WorkContext } from '@skein/memory'
import { handOver, KeptByOther, ReadScope } from '@skein/memory/runtime'
import type { Redis } from 'ioredis'

import { resolveBullmqOptions } from './bullmq-options.ts'
import type { BullmqExecutorOptions, ResolvedBullmqOptions } from './bullmq-options.ts'
import { keptMs, remoteTask } from './jobs/job-data.ts'
import type { RemoteOutcome, RemoteTask } from './jobs/job-data.ts'
import { formatMessage, JobListener } from './jobs/job-events.ts'
import { packJob, unsharedKey } from './jobs/packed-job.ts'
import { PendingJob } from './jobs/pending-job.ts'
import { PendingJobs } from './jobs/pending-jobs.ts'
import { TakenResults } from './jobs/taken-results.ts'
import { callerFigures } from './metrics/caller-figures.ts'
import { ModuleReader } from './module-reader.ts'
import { ActivityQueues } from './queue/activity-queues.ts'
import { connect, databaseOf, isDoneSoon } from './queue/connection.ts'
import { QueueNames } from './queue/queue-names.ts'
import type { ActivityIdentity } from './queue/queue-names.ts'
import { bindQueue } from './queue/queue-owner.ts'
import { Registry } from './queue/registry.ts'
import { requireServer } from './queue/require-server.ts'
import { WorkerWatch } from './queue/worker-watch.ts'

/**
 * Runs the activities of a flock on workers of any number of machines, over BullMQ: see `createWorker` and
 * `skein worker`.
 *
 * @throws OptionError when an option is out of range. `createFlock` rejects with StoreError when Redis can't be reached
 * or drops keys when its memory is full, and with QueueMismatchError when the queue belongs to another memory.
 *
 * @example
 * ```ts no-run
 * import { bullmqExecutor } from '@skein/bullmq'
 * import { createFlock } from '@skein/core'
 * import { openMemory } from '@skein/memory'
 * import { redisStore } from '@skein/redis'
 *
 * const connection = 'redis://localhost:6379'
 * const memory = await openMemory({ store: redisStore(connection) })
 * const flock = await createFlock({ memory, executor: bullmqExecutor({ connection }) })
 * await flock.close()
 * await memory.close()
 * ```
 */
export function bullmqExecutor(given: BullmqExecutorOptions): ExecutorFactory {
  const options = resolveBullmqOptions(given)
  return (parts) => BullmqExecutor.open(parts, options)
}

/** How long a worker is told that a job is wanted no longer, in milliseconds. */
const cancelledMs = 60_000
/** How often it is looked who works, and whether some worker has what waits, in milliseconds. */
const tickMs = 1_000
/** BullMQ's priority of activities without one; lower numbers come first there. */
const middlePriority = 1_048_576

/**
 * The caller's side of a queue.
 *
 * The trip of one activity, in the order of the methods below:
 *
 * 1. `orderOf` tells what a worker needs to know. The flock leaves it in the record of the work, or `#handOver` does.
 * 2. `#runHanded` looks up what a worker must have, and gives the job to BullMQ. What happens to it then, `PendingJobs` hears.
 * 3. An abort removes the job, or tells the worker that runs it (`#cancel`).
 */
class BullmqExecutor implements Executor {
  readonly #parts: ExecutorParts
  readonly #options: ResolvedBullmqOptions
  readonly #client: Redis
  readonly #names: QueueNames
  readonly #watch: WorkerWatch
  readonly #modules: ModuleReader
  readonly #pending: PendingJobs
  readonly #queues: ActivityQueues
  readonly #taken: TakenResults
  readonly #background = new Set<Promise<unknown>>()
  /** Jobs that are being cancelled, by their ids: an attempt to come may have the same. */
  readonly #cancels = new Map<string, Promise<void>>()
  readonly #timer: NodeJS.Timeout
  readonly #stopObserving: () => void
  #listener: JobListener | undefined
  #closing: Promise<void> | undefined

  private constructor(parts: ExecutorParts, options: ResolvedBullmqOptions, client: Redis, names: QueueNames) {
    this.#parts = parts
    this.#options = options
    this.#client = client
    this.#names = names
    const registry = new Registry(client, names)
    this.#watch = new WorkerWatch(registry, names.queue, options.workerTimeoutMs)
    this.#queues = new ActivityQueues({ client, names, registry, limits: options.limits })
    this.#modules = new ModuleReader(parts.memory)
    this.#taken = new TakenResults(parts.memory)
    this.#pending = new PendingJobs(client, names, {
      add: (job) => this.#add(job),
      remove: async (job) => void (await (await this.#queues.of(job.identity)).remove(job.id)),
    })
    this.#timer = setInterval(() => this.#inBackground(this.#tick()), tickMs).unref()
    this.#stopObserving = parts.memory.tracing.observe(callerFigures(() => this.#pending.all))
  }

  static async open(parts: ExecutorParts, options: ResolvedBullmqOptions): Promise<Executor> {
    const names = new QueueNames(options.queue)
    const client = await connect(options.connection, options.connectTimeoutMs)
    try {
      await requireServer(client)
      await bindQueue(parts.memory, client, names)
    } catch (error) {
      client.disconnect()
      throw error
    }
    const executor = new BullmqExecutor(parts, options, client, names)
    const channel = names.channel('events', databaseOf(client))
    await executor.#watch.look([])
    executor.#listener = await JobListener.open(
      client,
      channel,
      (message) => executor.#pending.onMessage(message),
      () => void executor.#pending.look(),
    )
    return executor
  }

  get waiting(): number {
    return this.#pending.waiting
  }

  get width(): number {
    return this.#watch.width
  }

  async describe(module: string, signal?: AbortSignal): Promise<ModuleDescription> {
    this.#requireOpen()
    return this.#modules.describe(module, signal)
  }

  orderOf(task: ActivityTask): RemoteTask {
    const { name, definition } = task
    const queue = definition && this.#names.of({ name, ...definition, model: this.#parts.model.id })
    return remoteTask(task, queue, this.#options.maxInputBytes)
  }

  async run(task: ActivityTask, options: RunOptions = {}): Promise<ActivityOutcome> {
    this.#requireOpen()
    options.signal?.throwIfAborted()
    const { key, isHanded = false } = task
    return key !== undefined && isHanded ? this.#runHanded(task, key, options) : this.#handOver(task, options)
  }

  /** Makes a record for work of which the flock keeps none, for as long as it takes. */
  async #handOver(task: ActivityTask, options: RunOptions): Promise<ActivityOutcome> {
    const { signal } = options
    const key = unsharedKey(task.key)
    using scope = new ReadScope()
    if (task.label) scope.noteLabel(task.label)
    scope.noteSources(task.sources ?? [])
    const view = this.#parts.memory.as(task.principal, scope)
    let own: ActivityOutcome | undefined
    const work = async (context: WorkContext): Promise<KeptByOther> => {
      own = await this.#runHanded(task, key, { ...options, signal: context.signal })
      // The flock counts what it took.
      context.reportDuration(0)
      return new KeptByOther({ output: own.output, worker: own.worker }, own.isKept)
    }
    const once = { ttlMs: keptMs, ...(signal && { signal }) }
    const handed = handOver<RemoteOutcome>(view, key, () => this.orderOf(task), work, once)
    const forget = (): void => this.#taken.add(key, task.principal)
    // A worker may be done when its caller has given up. Only work with a key can be asked for again, as durable agents do.
    if (task.key === undefined) handed.catch(forget)
    const { value, cost } = await handed
    forget()
    if (own) return own
    // A caller that is gone has had it done.
    if (value.costs) options.onCosts?.(value.costs)
    return {
      output: value.output,
      durationMs: cost.ms,
      worker: value.worker,
      label: scope.label,
      sources: scope.sources,
    }
  }

  async #runHanded(task: ActivityTask, key: string, options: RunOptions): Promise<ActivityOutcome> {
    const { signal } = options
    const identity = await this.#identify(task, signal)
    signal?.throwIfAborted()
    this.#requireOpen()
    const parts = { memory: this.#parts.memory, client: this.#client, names: this.#names }
    const given = { ...packJob(key, task), key, queueName: this.#names.of(identity), identity, task }
    const job = new PendingJob(parts, given, options)
    const onAbort = (): void => job.reject(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#pending.add(job)
    const added = this.#addAfterCancel(job).catch((error: unknown) => job.reject(error))
    let isDone = false
    try {
      const outcome = await job.result
      isDone = true
      return outcome
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.#pending.remove(job)
      if (!isDone) this.#beginCancel(job, added)
    }
  }

  async #identify({ module, name }: ActivityTask, signal: AbortSignal | undefined): Promise<ActivityIdentity> {
    const { digest, activities } = await this.describe(module, signal)
    const defined = activities[name]
    if (!defined) throw new UnknownActivityError(module, name, Object.keys(activities))
    return { name, version: defined.version, digest, model: this.#parts.model.id }
  }

  async #add(job: PendingJob): Promise<void> {
    const queue = await this.#queues.of(job.identity)
    const priority = Math.min(2 * middlePriority, Math.max(1, middlePriority - (job.task.priority ?? 0)))
    await queue.add(job.task.name, job.data, { ...this.#options.jobOptions, priority, jobId: job.id })
    job.isAdded = true
  }

  async #addAfterCancel(job: PendingJob): Promise<void> {
    await this.#cancels.get(job.id)
    await this.#add(job)
  }

  #beginCancel(job: PendingJob, added: Promise<void>): void {
    // A job whose cancel is lost ends by itself, and nobody takes its result.
    const cancelled = added.then(() => this.#cancel(job)).catch(() => {})
    this.#cancels.set(job.id, cancelled)
    this.#inBackground(cancelled.then(() => this.#cancels.delete(job.id)))
  }

  /** Withdraws a job that waits, and tells the worker of one that runs. */
  async #cancel(job: PendingJob): Promise<void> {
    const queue = await this.#queues.of(job.identity)
    const isGone = (await queue.remove(job.id).catch(() => 0)) === 1
    if (isGone) return
    const { id, data } = job
    const message = formatMessage({ what: 'cancel', id, attempt: data.a })
    await this.#client
      .multi()
      .set(this.#names.key('cancelled', data.a), '1', 'PX', cancelledMs)
      .publish(this.#names.channel('cancels', databaseOf(this.#client)), message)
      .exec()
  }

  /** Forgets results that were taken, and looks who works. */
  async #tick(): Promise<void> {
    this.#inBackground(this.#taken.forget())
    // Nobody asks how much the workers can run while nothing is under way.
    if (this.#pending.all.length > 0) await this.#watch.look(this.#pending.all)
  }

  /** What nobody waits for: it may fail, since everything ends by itself. */
  #inBackground(work: Promise<unknown>): void {
    const settled = work.catch(() => {})
    this.#background.add(settled)
    void settled.then(() => this.#background.delete(settled))
  }

  #requireOpen(): void {
    if (this.#closing) throw new FlockClosedError()
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer)
    this.#stopObserving()
    this.#pending.close()
    for (const job of this.#pending.all) job.reject(new FlockClosedError())
    // Those that wait for their jobs hear of it in their own turn.
    await new Promise((resolve) => setImmediate(resolve))
    this.#inBackground(this.#taken.forget(true))
    await isDoneSoon(Promise.all(this.#background))
    await this.#modules.close()
    this.#listener?.close()
    this.#client.disconnect()
  }
}
