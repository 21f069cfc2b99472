import { hash } from 'node:crypto'

import { OptionError } from '@skein/memory'

/** Callers and workers with other formats of jobs don't see each other: a caller then says that no worker is there. */
const jobFormat = 'v3'

/** What a job needs of its worker: an activity of this name and version, of a module of this text, with this model. */
export interface ActivityIdentity {
  readonly name: string
  readonly version: string
  /** SHA-256 of the module's text. */
  readonly digest: string
  /** Id of the model. */
  readonly model: string
}

/**
 * The names of everything that a queue keeps in Redis. All stand under one hash tag, so that a cluster has them on one
 * node.
 *
 * Each activity has a queue of BullMQ of its own, named after what its worker must have. So a worker takes only what it
 * can run, versions run side by side, and BullMQ's limits of a queue are limits of the activity.
 */
export class QueueNames {
  readonly queue: string
  /** Prefix of BullMQ's keys. */
  readonly prefix: string

  /** @throws OptionError */
  constructor(queue: string) {
    if (typeof queue !== 'string' || !/^[\w.-]{1,100}$/.test(queue)) {
      throw new OptionError('queue', 'a name of 1 to 100 letters, digits, dots, dashes and underscores', queue)
    }
    this.queue = queue
    this.prefix = `skein-queue:{${queue}}:${jobFormat}`
  }

  /** BullMQ's name of the queue of an activity. */
  of({ name, version, digest, model }: ActivityIdentity): string {
    return `${name}.${hash('sha256', JSON.stringify([name, version, digest, model]), 'hex').slice(0, 16)}`
  }

  /** A key of our own, beside BullMQ's. */
  key(...parts: readonly string[]): string {
    return [this.prefix, '', ...parts].join(':')
  }

  /** BullMQ's key of a job. */
  job(queueName: string, id: string): string {
    return `${this.prefix}:${queueName}:${id}`
  }

  /** Where workers tell callers what happens, or callers tell workers. */
  channel(name: 'events' | 'cancels', database: number): string {
    return `${this.key(name)}:${database}`
  }
}
