import { Worker } from 'bullmq'
import type { Job, WorkerOptions } from 'bullmq'

import { isDoneSoon } from '../queue/connection.ts'
import type { PackedJob } from './packed-job.ts'

/** Told which locks were renewed, and when that was asked for, by `performance.now()`. */
export type OnRenewed = (ids: readonly string[], sentAt: number) => void

/** How often in a row nothing was left to be done when a worker leaves that BullMQ does not close. */
const mostLooks = 3

/**
 * BullMQ's worker, which tells when a renewal was asked for, and always closes. BullMQ's event of renewals tells when the
 * answer was read: a process that was suspended meanwhile would take a lock for new that has ended.
 */
export class QueueTaker extends Worker<PackedJob, number | undefined> {
  readonly #onRenewed: OnRenewed

  constructor(
    queue: string,
    run: (job: Job<PackedJob>, token: string | undefined) => Promise<number | undefined>,
    onRenewed: OnRenewed,
    options: WorkerOptions,
  ) {
    super(queue, (job, token) => run(job, token).catch(failWithoutStack), options)
    this.#onRenewed = onRenewed
  }

  /**
   * Takes no more jobs; resolves when those that run have ended, and BullMQ has noted that. It may wait for that for ever
   * where Redis is away, or a connection was cut off: so not for long after nothing is left to be done here.
   *
   * @param isIdle - Whether nothing is left to be done here.
   */
  async finish(isIdle: () => boolean): Promise<void> {
    const closed = this.close()
    for (let looks = 0; looks < mostLooks; looks = isIdle() ? looks + 1 : 0) {
      if (await isDoneSoon(closed)) return
    }
    // BullMQ has not come to that, and a process with its timer never ends.
    await this.lockManager.close()
  }

  override async extendJobLocks(ids: string[], tokens: string[], durationMs: number): Promise<string[]> {
    const sentAt = performance.now()
    const lost = await super.extendJobLocks(ids, tokens, durationMs)
    this.#onRenewed(
      ids.filter((id) => !lost.includes(id)),
      sentAt,
    )
    return lost
  }
}

/** BullMQ would keep the stack in Redis, which must not know what an error quotes. */
function failWithoutStack(error: unknown): never {
  if (error instanceof Error) error.stack = ''
  throw error
}
