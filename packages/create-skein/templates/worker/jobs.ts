// What the service does, and what it is asked: shared by the service and by who adds jobs.
import { behavior, durable } from '@skein/core'

/** A message to the service. */
export interface Job {
  readonly type: 'job'
  readonly text: string
}

/** The name under which every process finds the service's agent. */
export const clerkId = 'clerk'

/**
 * Counts words, job by job. Its state and its mail are stored together: a job that was taken counts once, also when the
 * process is killed in the middle.
 */
export const clerk = durable(
  behavior({
    role: 'clerk',
    initial: { jobs: 0, words: 0 },
    receive: (done, { text }: Job) => {
      const words = text.split(/\s+/).filter((word) => word !== '').length
      const next = { jobs: done.jobs + 1, words: done.words + words }
      console.log(`Job ${next.jobs}: ${words} words, ${next.words} in all`)
      return next
    },
  }),
  { name: 'clerk', mailbox: 'durable' },
)
