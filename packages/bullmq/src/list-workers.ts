import { requireDuration, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'
import { Queue } from 'bullmq'

import { connect } from './queue/connection.ts'
import type { QueueConnection } from './queue/connection.ts'
import type { JobCounts } from './metrics/job-tally.ts'
import { QueueNames } from './queue/queue-names.ts'
import type { ActivityIdentity } from './queue/queue-names.ts'
import { missingFor, Registry } from './queue/registry.ts'
import type { WorkerEntry } from './queue/registry.ts'

/** Options of {@link listWorkers}. */
export interface ListWorkersOptions {
  readonly connection: QueueConnection
  /** @defaultValue 'default' */
  readonly queue?: string
  /** How long to wait for a connection, in milliseconds. @defaultValue 5_000 */
  readonly connectTimeoutMs?: number
}

/**
 * An activity of a queue, its waiting and running jobs, and the outcomes of its jobs since the queue began, which
 * workers report every two seconds.
 */
export interface QueuedActivity extends ActivityIdentity, JobCounts {
  readonly waiting: number
  readonly running: number
  /** How many workers have it. */
  readonly workers: number
  /** Why nobody takes it; absent where somebody does. */
  readonly missing?: string
}

/** The workers of a queue, and the jobs that wait for them. */
export interface QueueReport {
  readonly queue: string
  readonly workers: readonly WorkerEntry[]
  /** Those that a worker has or that something waits for, by name. */
  readonly activities: readonly QueuedActivity[]
}

const kinds: OptionKinds<ListWorkersOptions> = { connection: 'any', queue: 'any', connectTimeoutMs: 'any' }

/**
 * Lists the workers of a queue, and its activities with their waiting and running jobs. If no worker offers an
 * activity, it says why.
 *
 * @throws OptionError; StoreError when Redis can't be reached.
 *
 * @example
 * ```ts no-run
 * import { listWorkers } from '@skein/bullmq'
 *
 * const { workers, activities } = await listWorkers({ connection: 'redis://localhost:6379' })
 * for (const { name, waiting, missing } of activities) console.log(name, waiting, missing)
 * console.log(`${workers.length} workers`)
 * ```
 */
export async function listWorkers(given: ListWorkersOptions): Promise<QueueReport> {
  const { connection, queue = 'default', connectTimeoutMs = 5_000 } = requireOptions('listWorkers', given, kinds)
  requireDuration('connectTimeoutMs', connectTimeoutMs)
  const names = new QueueNames(queue)
  const client = await connect(connection, connectTimeoutMs)
  try {
    const registry = new Registry(client, names)
    const workers = await registry.workers()
    const countsOf = await registry.counts()
    const activities: QueuedActivity[] = []
    for (const [name, identity] of await registry.activities()) {
      const bull = new Queue(name, { connection: client, prefix: names.prefix, skipMetasUpdate: true })
      const {
        waiting = 0,
        prioritized = 0,
        delayed = 0,
        active = 0,
        failed = 0,
      } = await bull.getJobCounts(...(['waiting', 'prioritized', 'delayed', 'active', 'failed'] as const))
      const having = workers.filter((worker) => worker.activities.some((has) => names.of(has) === name)).length
      const all = waiting + prioritized + delayed
      const counted = countsOf(name)
      const missing = having > 0 ? undefined : missingFor(identity, workers)
      if (having === 0 && all + active + failed === 0) continue
      const counts = { waiting: all, running: active, workers: having }
      activities.push({ ...identity, ...counts, ...counted, ...(missing !== undefined && { missing }) })
    }
    return { queue, workers, activities: activities.toSorted((one, other) => (one.name < other.name ? -1 : 1)) }
  } finally {
    client.disconnect()
  }
}
