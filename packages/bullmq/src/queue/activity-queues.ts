import type { Redis } from 'ioredis'

import { JobQueue } from './job-queue.ts'
import type { ActivityIdentity, QueueNames } from './queue-names.ts'
import { keptEvents } from './queue-settings.ts'
import type { Registry } from './registry.ts'

/** How often an activity may run, over all machines together. */
export interface ActivityLimits {
  /** Most that run at the same time. */
  readonly concurrency?: number
  /** Most that begin within a time. */
  readonly rate?: { readonly max: number; readonly perMs: number }
}

/** What queues of activities are opened with. */
export interface ActivityQueuesParts {
  readonly client: Redis
  readonly names: QueueNames
  readonly registry: Registry
  readonly limits: Readonly<Record<string, ActivityLimits>>
}

/** The queues of the activities that a caller runs, opened with the first job of each. */
export class ActivityQueues {
  readonly #parts: ActivityQueuesParts
  readonly #queues = new Map<string, Promise<JobQueue>>()

  constructor(parts: ActivityQueuesParts) {
    this.#parts = parts
  }

  /** The queue of an activity, with its limits. */
  of(identity: ActivityIdentity): Promise<JobQueue> {
    const name = this.#parts.names.of(identity)
    const known = this.#queues.get(name)
    if (known) return known
    const opened = this.#open(name, identity)
    this.#queues.set(name, opened)
    opened.catch(() => this.#queues.delete(name))
    return opened
  }

  async #open(name: string, identity: ActivityIdentity): Promise<JobQueue> {
    const { client, names, registry, limits } = this.#parts
    const queue = new JobQueue(name, {
      connection: client,
      prefix: names.prefix,
      streams: { events: { maxLen: keptEvents } },
    })
    // What fails, fails where it was asked for.
    queue.on('error', () => {})
    await registry.note([identity])
    const { concurrency, rate } = limits[identity.name] ?? {}
    if (concurrency !== undefined) await queue.setGlobalConcurrency(concurrency)
    if (rate !== undefined) await queue.setGlobalRateLimit(rate.max, rate.perMs)
    return queue
  }
}
