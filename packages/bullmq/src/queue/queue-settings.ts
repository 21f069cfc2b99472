import { OptionError } from '@skein/memory'
import { requireObject } from '@skein/memory/runtime'
import type { DefaultJobOptions, WorkerOptions } from 'bullmq'

/** Events of a queue that BullMQ keeps in its stream; nobody here reads them. */
export const keptEvents = 100

/**
 * Settings of a worker of BullMQ with which a queue recovers within seconds, and keeps nothing that it does not need.
 * Callers send none with their jobs, whose options take memory.
 */
export const workerSettings: QueueRecovery = {
  lockDuration: 5_000,
  stalledInterval: 2_000,
  maxStalledCount: 3,
  // How long a worker waits after a broken connection.
  runRetryDelay: 500,
  // Results are in the memory, so jobs that are done can go.
  removeOnComplete: { count: 0 },
  // Whoever missed the message of a failure finds it here.
  removeOnFail: { age: 600, count: 1_000 },
}

/** Of BullMQ's worker, all that recovery rests on. */
type QueueRecovery = Required<
  Pick<
    WorkerOptions,
    'lockDuration' | 'stalledInterval' | 'maxStalledCount' | 'runRetryDelay' | 'removeOnComplete' | 'removeOnFail'
  >
>

/** Options of BullMQ that users may set for the jobs of a caller. */
export type QueueJobOptions = Pick<DefaultJobOptions, 'delay' | 'removeOnFail' | 'sizeLimit'>

/** Options of BullMQ that users may set for a worker. */
export type QueueWorkerOptions = Pick<
  WorkerOptions,
  'drainDelay' | 'lockDuration' | 'maxStalledCount' | 'metrics' | 'stalledInterval' | 'telemetry'
>

/** Why some of BullMQ's options are not taken. */
const jobReasons: Reasons = {
  attempts: 'the flock repeats activities, by their retry policy',
  backoff: 'the flock repeats activities, by their retry policy',
  jobId: 'a job is named by its work, so that equal work is one job',
  lifo: 'order is by priority, then by time',
  parent: 'jobs are plain: map-reduce finds in the memory what is done',
  priority: 'an activity has a priority of its own',
  removeOnComplete: 'results are in the memory, and a job of the same name must be able to come again',
}
const workerReasons: Reasons = {
  autorun: 'a worker takes work from its start to its end',
  concurrency: 'a worker takes as much as its threads can run: see `threads`',
  connection: 'a worker has one connection: see `connection`',
  lockRenewTime: 'it follows from lockDuration',
  limiter: 'limits hold for an activity across all machines: see `limits` of bullmqExecutor',
  prefix: 'all keys contain the name of the queue: see `queue`',
  removeOnComplete: 'results are in the memory, and a job of the same name must be able to come again',
  removeOnFail: 'callers may set it: see `jobOptions` of bullmqExecutor',
  skipLockRenewal: 'work that takes longer than a lock would run twice',
  skipStalledCheck: 'somebody must find the jobs of workers that died',
  useWorkerThreads: 'activities have threads of their own: see `threads`',
}
type Reasons = Readonly<Record<string, string>>

const jobNames = new Set(['delay', 'removeOnFail', 'sizeLimit'])
const workerNames = new Set([
  'drainDelay',
  'lockDuration',
  'maxStalledCount',
  'metrics',
  'stalledInterval',
  'telemetry',
])

/** @throws OptionError for an option that we insist on, with the reason. */
export function requireJobOptions(given: QueueJobOptions | undefined): QueueJobOptions {
  return requireAllowed('jobOptions', given ?? {}, jobNames, jobReasons)
}

/** @throws OptionError for an option that we insist on, with the reason, or one with which nothing would recover. */
export function requireWorkerOptions(given: QueueWorkerOptions | undefined): QueueWorkerOptions {
  const options = requireAllowed('workerOptions', given ?? {}, workerNames, workerReasons)
  const { maxStalledCount = 3, lockDuration = 5_000, stalledInterval = 2_000 } = options
  if (!(maxStalledCount >= 3)) {
    throw new OptionError(
      'workerOptions.maxStalledCount',
      '3 or more: machines may fail twice in a row',
      maxStalledCount,
    )
  }
  if (!(lockDuration >= 1_000)) {
    throw new OptionError('workerOptions.lockDuration', '1,000 or more: a pause must cost no lock', lockDuration)
  }
  if (!(stalledInterval >= 100)) throw new OptionError('workerOptions.stalledInterval', '100 or more', stalledInterval)
  return options
}

function requireAllowed<Options extends object>(
  option: string,
  given: Options,
  allowed: ReadonlySet<string>,
  reasons: Reasons,
): Options {
  requireObject(option, given)
  for (const [name, value] of Object.entries(given)) {
    if (allowed.has(name) || value === undefined) continue
    const why = reasons[name] ?? `only ${[...allowed].join(', ')} can be set`
    throw new OptionError(`${option}.${name}`, `absent: ${why}`, value)
  }
  return given
}
