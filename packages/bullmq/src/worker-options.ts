import { extractiveModel } from '@skein/core'
import type { Model, ThreadExecutorOptions } from '@skein/core/executor'
import { defaultThreads, moduleUrl } from '@skein/core/executor'
import { OptionError } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { requireDuration, requireInteger, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { QueueConnection } from './queue/connection.ts'
import { requireWorkerOptions } from './queue/queue-settings.ts'
import type { QueueWorkerOptions } from './queue/queue-settings.ts'

/** Options of {@link createWorker}. */
export interface WorkerOptions {
  /** The memory of the callers: the same store, space and keys. It stays open when the worker closes. */
  readonly memory: Memory
  /** Modules of activities, as URLs. A caller's module must have the same text; it may lie elsewhere. */
  readonly activities: readonly (URL | string)[]
  /** The Redis that has the queue. */
  readonly connection: QueueConnection
  /** @defaultValue 'default' */
  readonly queue?: string
  /** The model of the activities: the one of the callers. @defaultValue the built-in extractive model */
  readonly model?: Model
  /**
   * Worker threads for each kind of activity: how many at most, or everything that can be set.
   *
   * @defaultValue as many as processors that this process may use
   */
  readonly threads?: number | ThreadExecutorOptions
  /** Answers probes at `/health` and `/ready` over HTTP, and autoscalers at `/queue`. @defaultValue nowhere */
  readonly health?: { readonly port: number; readonly host?: string }
  /** How long to wait for the first connection, in milliseconds. @defaultValue 5_000 */
  readonly connectTimeoutMs?: number
  /** Options of BullMQ for workers. Those on which recovery rests can't be set. */
  readonly workerOptions?: QueueWorkerOptions
}

/** Options with every default filled in. */
export type ResolvedWorkerOptions = Required<Omit<WorkerOptions, 'activities' | 'threads' | 'health'>> & {
  readonly activities: readonly string[]
  readonly threads: ThreadExecutorOptions & { readonly threads: number }
  readonly health: Required<NonNullable<WorkerOptions['health']>> | undefined
}

const kinds: OptionKinds<WorkerOptions> = {
  memory: 'any',
  activities: 'any',
  connection: 'any',
  queue: 'any',
  model: 'any',
  threads: 'any',
  health: 'object',
  connectTimeoutMs: 'any',
  workerOptions: 'object',
}

const healthKinds: OptionKinds<NonNullable<WorkerOptions['health']>> = { port: 'any', host: 'string' }

/** @throws OptionError */
export function resolveWorkerOptions(given: WorkerOptions): ResolvedWorkerOptions {
  const options = requireOptions('createWorker', given, kinds)
  const { memory, activities, connection, threads, health, connectTimeoutMs = 5_000 } = options
  if (typeof memory?.connect !== 'function') {
    throw new OptionError('memory', 'an open memory, such as await openMemory({ store })', memory)
  }
  if (connection === undefined) {
    throw new OptionError('connection', 'the URL of a Redis server, options or a client of ioredis', connection)
  }
  if (!Array.isArray(activities) || activities.length === 0) {
    throw new OptionError('activities', 'an array of at least one module, as a URL', activities)
  }
  requireDuration('connectTimeoutMs', connectTimeoutMs)
  const settings = typeof threads === 'object' && threads !== null ? threads : { threads }
  return {
    memory,
    connection,
    connectTimeoutMs,
    activities: activities.map(moduleUrl),
    queue: options.queue ?? 'default',
    model: options.model ?? extractiveModel(),
    threads: { ...settings, threads: settings.threads ?? defaultThreads() },
    health: health && resolveHealth(health),
    workerOptions: requireWorkerOptions(options.workerOptions),
  }
}

function resolveHealth(given: NonNullable<WorkerOptions['health']>): NonNullable<ResolvedWorkerOptions['health']> {
  const { port, host = '127.0.0.1' } = requireOptions('health', given, healthKinds)
  requireInteger('health.port', port, 0, 65_535)
  return { port, host }
}
