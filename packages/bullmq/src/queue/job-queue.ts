import { Job, Queue } from 'bullmq'
import type { JobsOptions, MinimalQueue } from 'bullmq'

/** BullMQ keeps the id of a job among its options, too: without it, they are short. */
class ShortJob extends Job {
  constructor(queue: MinimalQueue, name: string, data: unknown, given: JobsOptions, id?: string) {
    const { jobId: _, ...options } = given
    super(queue, name, data, options, id)
  }
}

/** A queue whose jobs take little memory. */
export class JobQueue extends Queue {
  protected override get Job(): typeof Job {
    return ShortJob as typeof Job
  }
}
