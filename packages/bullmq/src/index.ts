/**
 * Runs the activities of a flock on many machines: an executor that gives them to workers over BullMQ and Redis, and
 * the workers.
 *
 * @module
 */

// First: it says when Node.js is too old for what follows.
import '@skein/memory'

export { bullmqExecutor } from './bullmq-executor.ts'
export { createWorker } from './worker.ts'
export { listWorkers } from './list-workers.ts'
export type { ActivityLimits } from './queue/activity-queues.ts'
export type { BullmqExecutorOptions } from './bullmq-options.ts'
export type { WorkerOptions } from './worker-options.ts'
export type { Worker } from './worker.ts'
export { HealthServer } from './health-server.ts'
export type { Health } from './health-server.ts'
export type { ListWorkersOptions, QueuedActivity, QueueReport } from './list-workers.ts'
export type { QueueConnection } from './queue/connection.ts'
export type { QueueJobOptions, QueueWorkerOptions } from './queue/queue-settings.ts'
export type { ActivityIdentity } from './queue/queue-names.ts'
export type { WorkerActivity, WorkerEntry } from './queue/registry.ts'
export type { JobCounts } from './metrics/job-tally.ts'

// What goes wrong
export {
  InputSizeError,
  NoWorkerError,
  QueueMismatchError,
  TaskLostError,
  WorkerLostError,
} from './queue/queue-errors.ts'
export type { BullmqErrorCode } from './queue/queue-errors.ts'
