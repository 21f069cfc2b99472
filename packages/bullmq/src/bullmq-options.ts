import { OptionError } from '@skein/memory'
import { requireDuration, requireInteger, requireObject, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { ActivityLimits } from './queue/activity-queues.ts'
import type { QueueConnection } from './queue/connection.ts'
import { requireJobOptions } from './queue/queue-settings.ts'
import type { QueueJobOptions } from './queue/queue-settings.ts'

/** Options of {@link bullmqExecutor}. */
export interface BullmqExecutorOptions {
  /** The Redis that has the queue: the one of the memory, or another. */
  readonly connection: QueueConnection

  /**
   * Callers and workers of the same queue find each other.
   *
   * @defaultValue 'default'
   */
  readonly queue?: string

  /** Limits of activities, by their names; they hold until another caller sets others. @defaultValue none */
  readonly limits?: Readonly<Record<string, ActivityLimits>>

  /**
   * Largest input of an activity, in bytes of JSON. Larger values belong into objects, whose refs are passed.
   *
   * @defaultValue 1_048_576
   */
  readonly maxInputBytes?: number

  /**
   * How long an activity may wait, in milliseconds, while no worker has it; `Number.POSITIVE_INFINITY` waits for ever.
   * Then it fails with `NoWorkerError`, which says what is missing.
   *
   * @defaultValue 30_000
   */
  readonly workerTimeoutMs?: number

  /**
   * How long to wait for the first connection, in milliseconds.
   *
   * @defaultValue 5_000
   */
  readonly connectTimeoutMs?: number

  /** Options of BullMQ for each job. Those on which recovery rests can't be set. */
  readonly jobOptions?: QueueJobOptions
}

/** Options with every default filled in. */
export type ResolvedBullmqOptions = Required<BullmqExecutorOptions>

const kinds: OptionKinds<BullmqExecutorOptions> = {
  connection: 'any',
  queue: 'any',
  limits: 'object',
  maxInputBytes: 'any',
  workerTimeoutMs: 'any',
  connectTimeoutMs: 'any',
  jobOptions: 'object',
}

const limitKinds: OptionKinds<ActivityLimits> = { concurrency: 'any', rate: 'object' }

/** @throws OptionError */
export function resolveBullmqOptions(given: BullmqExecutorOptions): ResolvedBullmqOptions {
  const options = requireOptions('bullmqExecutor', given, kinds)
  const resolved = {
    queue: 'default',
    limits: {},
    maxInputBytes: 1_048_576,
    workerTimeoutMs: 30_000,
    connectTimeoutMs: 5_000,
    ...options,
    jobOptions: requireJobOptions(options.jobOptions),
  }
  if (resolved.connection === undefined) {
    throw new OptionError('connection', 'the URL of a Redis server, options or a client of ioredis', undefined)
  }
  requireInteger('maxInputBytes', resolved.maxInputBytes, 1, 67_108_864)
  requireDuration('connectTimeoutMs', resolved.connectTimeoutMs)
  if (resolved.workerTimeoutMs !== Number.POSITIVE_INFINITY) {
    requireDuration('workerTimeoutMs', resolved.workerTimeoutMs, 0)
  }
  for (const [name, limits] of Object.entries(resolved.limits)) requireActivityLimits(name, limits)
  return resolved
}

function requireActivityLimits(name: string, limits: ActivityLimits): void {
  requireObject(`limits.${name}`, limits)
  const { concurrency, rate } = requireOptions('limits', limits, limitKinds)
  if (concurrency !== undefined) requireInteger(`limits.${name}.concurrency`, concurrency, 1)
  if (rate === undefined) return
  requireInteger(`limits.${name}.rate.max`, rate.max, 1)
  requireDuration(`limits.${name}.rate.perMs`, rate.perMs)
}
