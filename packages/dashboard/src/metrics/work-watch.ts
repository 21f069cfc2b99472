import { warn } from '@skein/memory/runtime'

import type { WorkQueue } from '../protocol/protocol.ts'

/** How old what viewers see may be, in milliseconds: workers tell what they do about as often. */
const freshMs = 1_000

/** What a queue and its workers do, asked once for all viewers. */
export class WorkWatch {
  readonly #ask: () => Promise<WorkQueue>
  #last: Promise<WorkQueue | undefined> | undefined
  #askedAt = Number.NEGATIVE_INFINITY

  /** @param ask - Such as `() => listWorkers({ connection })`. */
  constructor(ask: () => Promise<WorkQueue>) {
    this.#ask = ask
  }

  /** Resolves to `undefined` where it can't be learnt now: the rest of the page does not depend on it. */
  look(): Promise<WorkQueue | undefined> {
    const now = performance.now()
    if (!this.#last || now - this.#askedAt > freshMs) {
      this.#askedAt = now
      this.#last = this.#look()
    }
    return this.#last
  }

  async #look(): Promise<WorkQueue | undefined> {
    try {
      const { queue, workers, activities } = await this.#ask()
      // One that nobody has used is none to show.
      if (workers.length === 0 && activities.length === 0) return undefined
      return { queue, workers: workers.map(workerOf), activities: activities.map(activityOf) }
    } catch (error) {
      warn(error)
      return undefined
    }
  }
}

type Worker = WorkQueue['workers'][number]
type Activity = WorkQueue['activities'][number]

/** Viewers get what the protocol says, and nothing beyond. */
function workerOf({ id, host, isDraining, running, done, failed, retried, stalled }: Worker): Worker {
  return { id, host, isDraining, running, done, failed, retried, stalled }
}

function activityOf(activity: Activity): Activity {
  const { name, version, waiting, workers, running, done, failed, retried, stalled, missing } = activity
  const counts = { waiting, workers, running, done, failed, retried, stalled }
  return { name, version, ...counts, ...(missing !== undefined && { missing }) }
}
