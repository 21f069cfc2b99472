import { SkeinError } from '@skein/memory'

/** Every code that only this package throws. */
export type BullmqErrorCode =
  | 'SKEIN_INPUT_SIZE'
  | 'SKEIN_NO_WORKER'
  | 'SKEIN_QUEUE_MISMATCH'
  | 'SKEIN_TASK_LOST'
  | 'SKEIN_WORKER_LOST'

/** The queue belongs to another memory than the given one. */
export class QueueMismatchError extends SkeinError {
  readonly code = 'SKEIN_QUEUE_MISMATCH'
  readonly queue: string
  /** The space that the queue works for. */
  readonly expected: string
  /** The space that was opened here. */
  readonly space: string

  constructor(queue: string, expected: string, space: string) {
    const what =
      expected === space ? `a space "${space}" of another store` : `the space "${expected}", and this is "${space}"`
    super(
      `The queue "${queue}" works for ${what}. Callers and workers of a queue need the same store, space and keys: open the same memory, or name another queue.`,
    )
    this.queue = queue
    this.expected = expected
    this.space = space
  }
}

/** No worker has an activity, for longer than the caller waits for one. */
export class NoWorkerError extends SkeinError {
  readonly code = 'SKEIN_NO_WORKER'
  readonly activity: string

  /** @param missing - What no worker has, and what they have in its place. */
  constructor(activity: string, queue: string, missing: string) {
    super(`No worker of the queue "${queue}" runs the activity "${activity}": ${missing}`)
    this.activity = activity
  }
}

/** The input of an activity is larger than what may travel with a job. */
export class InputSizeError extends SkeinError {
  readonly code = 'SKEIN_INPUT_SIZE'
  readonly activity: string
  readonly bytes: number
  readonly maxBytes: number

  constructor(activity: string, bytes: number, maxBytes: number) {
    super(
      `The input of activity "${activity}" has ${bytes} bytes, more than the ${maxBytes} of maxInputBytes. Store large values as objects and send their refs.`,
    )
    this.activity = activity
    this.bytes = bytes
    this.maxBytes = maxBytes
  }
}

/** A worker could not read the task of a job. The original error is the `cause`. */
export class TaskLostError extends SkeinError {
  readonly code = 'SKEIN_TASK_LOST'
  readonly activity: string

  constructor(activity: string, worker: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(
      `The worker ${worker} can't read the task of activity "${activity}": ${why} Workers need the same store, space and key ring as callers.`,
      { cause },
    )
    this.activity = activity
  }
}

/** The workers that ran an activity ended one after the other, or lost their connection. */
export class WorkerLostError extends SkeinError {
  readonly code = 'SKEIN_WORKER_LOST'
  readonly activity: string

  constructor(activity: string, reason: string) {
    super(
      `Each worker that ran the activity "${activity}" ended or lost its connection (${reason}). The activity itself may end them: look at their logs.`,
    )
    this.activity = activity
  }
}
