import type { Redis } from 'ioredis'

import { databaseOf } from '../queue/connection.ts'
import type { QueueNames } from '../queue/queue-names.ts'
import { JobListener } from './job-events.ts'
import type { JobMessage } from './job-events.ts'
import type { RunningJob } from './running-job.ts'

/** How many cancels of jobs that are not here are remembered: they may come before their jobs. */
const keptCancels = 1_000

/** Stops the jobs of a worker that their callers want no longer. */
export class CancelWatch {
  readonly #client: Redis
  readonly #names: QueueNames
  readonly #running: ReadonlyMap<string, RunningJob>
  readonly #early = new Set<string>()
  #listener: JobListener | undefined

  /** @param running - The jobs of the worker, by their ids. */
  constructor(client: Redis, names: QueueNames, running: ReadonlyMap<string, RunningJob>) {
    this.#client = client
    this.#names = names
    this.#running = running
  }

  async open(): Promise<void> {
    this.#listener = await JobListener.open(
      this.#client,
      this.#names.channel('cancels', databaseOf(this.#client)),
      (message) => this.#onMessage(message),
      // Where this fails the connection is lost again, and the next one looks up.
      () => void this.#lookUp().catch(() => {}),
    )
  }

  /** Whether a job that begins was cancelled before; one that was taken over may have been cancelled elsewhere. */
  async has({ attempt, isTakenOver }: RunningJob): Promise<boolean> {
    return this.#early.delete(attempt) || (isTakenOver && (await this.#isCancelled(attempt)))
  }

  close(): void {
    this.#listener?.close()
  }

  #onMessage({ id, attempt }: JobMessage): void {
    const running = this.#running.get(id)
    if (running?.attempt === attempt) {
      running.stop('cancelled')
      return
    }
    this.#early.add(attempt)
    const [oldest] = this.#early
    if (this.#early.size > keptCancels && oldest !== undefined) this.#early.delete(oldest)
  }

  async #isCancelled(attempt: string): Promise<boolean> {
    return (await this.#client.exists(this.#names.key('cancelled', attempt))) === 1
  }

  /** Messages may have been missed. */
  async #lookUp(): Promise<void> {
    const running = Array.from(this.#running.values())
    await Promise.all(
      running.map(async (job) => {
        if (await this.#isCancelled(job.attempt)) job.stop('cancelled')
      }),
    )
  }
}
