import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'

import { threadExecutor } from '@skein/core/executor'
import type { Executor } from '@skein/core/executor'
import { requireDuration, requireOptions } from '@skein/memory/runtime'
import { WaitingError } from 'bullmq'
import type { Job } from 'bullmq'
import type { Redis } from 'ioredis'

import { HealthServer } from './health-server.ts'
import type { Health } from './health-server.ts'
import { cancelledCode, JobFailure } from './jobs/job-data.ts'
import { CancelWatch } from './jobs/cancel-watch.ts'
import { tellCallers } from './jobs/job-events.ts'
import type { JobEvent } from './jobs/job-events.ts'
import type { PackedJob } from './jobs/packed-job.ts'
import { QueueTaker } from './jobs/queue-taker.ts'
import { RunningJob } from './jobs/running-job.ts'
import { JobTally, sumOf } from './metrics/job-tally.ts'
import { workerFigures } from './metrics/worker-figures.ts'
import { connect, isDoneSoon } from './queue/connection.ts'
import { QueueNames } from './queue/queue-names.ts'
import type { ActivityIdentity } from './queue/queue-names.ts'
import { bindQueue } from './queue/queue-owner.ts'
import { workerSettings } from './queue/queue-settings.ts'
import { beatMs, Registry } from './queue/registry.ts'
import type { WorkerActivity, WorkerEntry } from './queue/registry.ts'
import { requireServer } from './queue/require-server.ts'
import { resolveWorkerOptions } from './worker-options.ts'
import type { ResolvedWorkerOptions, WorkerOptions } from './worker-options.ts'

/**
 * Starts a worker: runs activities of a queue on threads of this process, until it is drained or closed.
 *
 * @throws OptionError when an option is out of range; ActivityLoadError; StoreError when Redis can't be reached or drops
 * keys when its memory is full; QueueMismatchError when the queue belongs to another memory.
 *
 * @example
 * ```ts no-run
 * import { createWorker } from '@skein/bullmq'
 * import { openMemory } from '@skein/memory'
 * import { redisStore } from '@skein/redis'
 *
 * const connection = 'redis://localhost:6379'
 * const memory = await openMemory({ store: redisStore(connection) })
 * const activities = [new URL('./report.ts', import.meta.url)]
 * const worker = await createWorker({ memory, connection, activities })
 * process.once('SIGTERM', () => void worker.drain())
 * await worker.ended
 * await memory.close()
 * ```
 */
export async function createWorker(given: WorkerOptions): Promise<Worker> {
  const options = resolveWorkerOptions(given)
  const names = new QueueNames(options.queue)
  const client = await connect(options.connection, options.connectTimeoutMs)
  const executor = threadExecutor(options.memory, options.model, options.threads)
  try {
    await requireServer(client)
    await bindQueue(options.memory, client, names)
    const worker = new Worker(options, { client, names, executor })
    await worker.start()
    return worker
  } catch (error) {
    await executor[Symbol.asyncDispose]()
    client.disconnect()
    throw error
  }
}

interface WorkerParts {
  readonly client: Redis
  readonly names: QueueNames
  readonly executor: Executor
}

/** Runs activities of a queue. Made by {@link createWorker}. */
export class Worker implements AsyncDisposable {
  /** Unique; begins with host and process. */
  readonly id: string = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
  readonly #options: ResolvedWorkerOptions
  readonly #parts: WorkerParts
  readonly #registry: Registry
  readonly #running = new Map<string, RunningJob>()
  readonly #cancels: CancelWatch
  readonly #startedAt = Date.now()
  readonly #end = Promise.withResolvers<void>()
  readonly #tally = new JobTally()
  #stopObserving: (() => void) | undefined
  #activities: readonly ActivityIdentity[] = []
  #workers: readonly QueueTaker[] = []
  #health: HealthServer | undefined
  #beat: NodeJS.Timeout | undefined
  #isReleasing = false
  #draining: Promise<void> | undefined

  /** @internal */
  constructor(options: ResolvedWorkerOptions, parts: WorkerParts) {
    this.#options = options
    this.#parts = parts
    this.#registry = new Registry(parts.client, parts.names)
    this.#cancels = new CancelWatch(parts.client, parts.names, this.#running)
    this.ended = this.#end.promise
  }

  /** The port where it answers probes, if it does. */
  get healthPort(): number | undefined {
    return this.#health?.port
  }

  /** @internal */
  async start(): Promise<void> {
    const found: { readonly identity: ActivityIdentity; readonly module: string; readonly kind: 'compute' | 'io' }[] =
      []
    for (const module of this.#options.activities) {
      const { digest, activities } = await this.#parts.executor.describe(module)
      for (const [name, { version, kind }] of Object.entries(activities)) {
        found.push({ identity: { name, version, digest, model: this.#options.model.id }, module, kind })
      }
    }
    this.#activities = found.map(({ identity }) => identity)
    await this.#registry.note(this.#activities)
    await this.#cancels.open()
    this.#workers = found.map(({ identity, module, kind }) => this.#work(identity, module, this.#capacity[kind]))
    await Promise.all(this.#workers.map((worker) => worker.waitUntilReady()))
    await this.#announce()
    // A beat that is missed is followed by the next one; whoever misses several is taken for gone.
    this.#beat = setInterval(() => void this.#announce().catch(() => {}), beatMs)
    this.#stopObserving = this.#options.memory.tracing.observe(workerFigures(hostname(), () => this.#counted()))
    const { health } = this.#options
    if (health) this.#health = await HealthServer.open(health, () => this.health(), this.#options)
  }

  /** What it says of itself to all. */
  entry(): WorkerEntry {
    const counted = this.#counted()
    return {
      id: this.id,
      host: hostname(),
      pid: process.pid,
      startedAt: this.#startedAt,
      capacity: this.#capacity,
      running: this.#running.size,
      ...sumOf(counted),
      isDraining: this.#draining !== undefined,
      activities: counted,
    }
  }

  /** Whether it can take work, as probes are told. */
  health(): Health {
    const running = this.#running.size
    if (this.#draining) return { problem: 'It takes no more work and is shutting down.', running }
    if (this.#parts.client.status !== 'ready') return { problem: 'Redis cannot be reached.', running }
    return { running }
  }

  /**
   * Stops taking work, waits for running jobs, and ends. Jobs that are not done in time go back to the queue.
   *
   * @param options - `timeoutMs`: how long to wait, in milliseconds; 30,000 by default.
   * @throws OptionError
   */
  drain(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    const { timeoutMs = 30_000 } = requireOptions('worker.drain', options, { timeoutMs: 'any' })
    requireDuration('timeoutMs', timeoutMs, 0)
    this.#draining ??= this.#drain(timeoutMs)
    return this.#draining
  }

  /** Ends at once: running jobs go back to the queue. Calling it twice does no harm. */
  async close(): Promise<void> {
    this.#release()
    await this.drain({ timeoutMs: 0 })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #announce(): Promise<void> {
    return this.#registry.announce(this.entry(), this.#tally.takeFresh())
  }

  /** Its activities, and what it did of each. */
  #counted(): readonly WorkerActivity[] {
    const running = Map.groupBy(this.#running.values(), ({ queueName }) => queueName)
    return this.#activities.map((identity) => {
      const name = this.#parts.names.of(identity)
      return { ...identity, running: running.get(name)?.length ?? 0, ...this.#tally.of(name) }
    })
  }

  get #capacity(): WorkerEntry['capacity'] {
    const { threads, ioPerThread = 32 } = this.#options.threads
    return { compute: threads, io: threads * ioPerThread }
  }

  get #lockMs(): number {
    return this.#options.workerOptions.lockDuration ?? workerSettings.lockDuration
  }

  /** Takes the jobs of one activity. */
  #work(identity: ActivityIdentity, module: string, concurrency: number): QueueTaker {
    const { client, names } = this.#parts
    const onRenewed = (ids: readonly string[], sentAt: number): void => {
      for (const id of ids) this.#running.get(id)?.renewed(sentAt)
    }
    const worker = new QueueTaker(names.of(identity), (job, token) => this.#run(job, token, module), onRenewed, {
      connection: client,
      prefix: names.prefix,
      concurrency,
      name: this.id,
      ...workerSettings,
      ...this.#options.workerOptions,
      lockRenewTime: this.#lockMs * 0.3,
    })
    // It continues by itself; probes tell when Redis is away.
    worker.on('error', () => {})
    worker.on('completed', (job, pieces) => {
      this.#tally.add(job.queueName, 'done')
      this.#tell('done', job, pieces)
    })
    worker.on('failed', (job, error) => job && this.#onFailed(job, error))
    worker.on('stalled', () => this.#tally.add(worker.name, 'stalled'))
    worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) this.#running.get(id)?.stop('lock lost')
    })
    return worker
  }

  async #run(job: Job<PackedJob>, token: string | undefined, module: string): Promise<number | undefined> {
    const { client, names, executor } = this.#parts
    const { memory } = this.#options
    const worker = `${hostname()}:${process.pid}`
    const tell = this.#tell.bind(this)
    const parts = { memory, executor, client, names, worker, lockMs: this.#lockMs, tell }
    const running = new RunningJob(parts, job, module)
    this.#running.set(job.id as string, running)
    try {
      if (running.isTakenOver) this.#tally.add(job.queueName, 'takenOver')
      else if (job.data.r) this.#tally.add(job.queueName, 'retried')
      if (await this.#cancels.has(running)) running.stop('cancelled')
      if (this.#isReleasing) running.stop('released')
      return await running.run()
    } catch (error) {
      if (running.stopped === 'released') {
        await job.moveToWait(token)
        throw new WaitingError()
      }
      if (running.stopped) throw new JobFailure({ code: cancelledCode })
      throw error
    } finally {
      this.#running.delete(job.id as string)
    }
  }

  #onFailed(job: Job<PackedJob>, error: Error): void {
    const isWanted = !error.message.includes(cancelledCode)
    if (isWanted) this.#tally.add(job.queueName, 'failed')
    // A caller that is gone removes nothing.
    const removed = isWanted ? Promise.resolve() : job.remove()
    // What stays is removed by its age, as BullMQ does it.
    void removed.catch(() => {}).then(() => this.#tell('failed', job))
  }

  #tell(what: JobEvent, job: Job<PackedJob>, pieces?: number): void {
    tellCallers(this.#parts.client, this.#parts.names, what, job, pieces)
  }

  /** What runs goes back to the queue. */
  #release(): void {
    this.#isReleasing = true
    for (const running of this.#running.values()) running.stop('released')
  }

  async #drain(timeoutMs: number): Promise<void> {
    const late = setTimeout(() => this.#release(), timeoutMs)
    try {
      // Without Redis nobody hears that it drains, and it closes all the same.
      await isDoneSoon(this.#announce())
      const isIdle = (): boolean => this.#isReleasing || this.#running.size === 0
      await Promise.all(this.#workers.map((worker) => worker.finish(isIdle)))
    } finally {
      clearTimeout(late)
      clearInterval(this.#beat)
      this.#stopObserving?.()
      // Its entry ends by itself.
      await isDoneSoon(this.#registry.leave(this.id, this.#tally.takeFresh()))
      await this.#parts.executor[Symbol.asyncDispose]()
      await this.#health?.close()
      this.#cancels.close()
      this.#parts.client.disconnect()
      this.#end.resolve()
    }
  }
}
