import { ActivityInputError } from '@skein/core'
import type { ActivityTask } from '@skein/core/executor'
import type { Ref } from '@skein/memory'
import { encodeJson } from '@skein/memory/runtime'
import type { Costs, ErrorEnvelope } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

import { InputSizeError } from '../queue/queue-errors.ts'

/*
 * What a job is, and where its parts are.
 *
 * Redis holds names and refs alone: everything that an activity takes, reports and returns is in the memory, with its
 * label, sealed where the memory seals, and forgotten with what it was derived from.
 *
 * - the job: what `packed-job.ts` says
 * - input: the order in the record of the work, a `RemoteTask`
 * - progress: an object with `RemoteProgress` each, whose refs are in a list in Redis
 * - result: a `RemoteOutcome`, which takes the place of the order
 * - failure: an object with a `RemoteFailure`, whose ref is in the job's reason
 */

/**
 * How long results last that nobody takes, of work of which the flock keeps no record, in milliseconds: a caller that is cut
 * off or asleep meanwhile finds them. One that has given up forgets them itself.
 */
export const keptMs = 86_400_000
/** How long progress and failures last, in milliseconds. */
export const reportedMs = 600_000

/** What a worker runs, in the memory. */
export interface RemoteTask extends Omit<
  ActivityTask,
  'definition' | 'isHanded' | 'key' | 'module' | 'priority' | 'retry' | 'sources' | 'trace'
> {
  /** BullMQ's name of the queue: no worker of another one, or of another version, carries it out. */
  readonly queue?: string
}

/** The result, in the memory: a flock reads `output`, its executor the rest. */
export interface RemoteOutcome {
  /** Absent where the activity returned nothing. */
  readonly output?: unknown
  readonly worker: string
  /** Absent where it neither used nor saved anything. */
  readonly costs?: Costs
}

/** A piece of progress; its label is that of its object. */
export interface RemoteProgress {
  readonly value: unknown
}

/** How an activity failed. */
export interface RemoteFailure {
  readonly error: ErrorEnvelope
  readonly costs: Costs | null
}

/** What BullMQ keeps as the reason of a failure. */
export interface FailureReason {
  readonly code: string
  /** Absent where it says everything. */
  readonly failure?: Ref<RemoteFailure>
  readonly message?: string
}

/** The code of the reason of a job that its caller wants no longer. */
export const cancelledCode = 'SKEIN_CANCELLED'

/** What a worker needs to know of a task. @throws ActivityInputError, InputSizeError */
export function remoteTask(task: ActivityTask, queue: string | undefined, maxInputBytes: number): RemoteTask {
  const { name, kind, input = null, principal, chain, label, budgets = [] } = task
  const bytes = Buffer.byteLength(encodeInput(name, input))
  if (bytes > maxInputBytes) throw new InputSizeError(name, bytes, maxInputBytes)
  // JSON has no `undefined`.
  return JSON.parse(
    JSON.stringify({
      queue,
      name,
      kind,
      input,
      principal,
      chain,
      label: label && !isPublic(label) ? label : undefined,
      budgets: budgets.length > 0 ? budgets : undefined,
    }),
  ) as RemoteTask
}

function isPublic({ sensitivity, compartments }: Label): boolean {
  return sensitivity === 'public' && compartments.length === 0
}

function encodeInput(activity: string, input: unknown): string {
  try {
    return encodeJson(input)
  } catch (error) {
    throw new ActivityInputError(activity, 'input', error)
  }
}

/** Reads the reason of a failure; BullMQ has reasons of its own. */
export function readReason(text: string): FailureReason {
  try {
    const reason: unknown = JSON.parse(text)
    if (typeof reason === 'object' && reason !== null && 'code' in reason) return reason as FailureReason
  } catch {
    // A text of BullMQ's.
  }
  return { code: 'SKEIN_WORKER_LOST', message: text }
}

/** The error by which a job of BullMQ fails: all that Redis is told. */
export class JobFailure extends Error {
  constructor(reason: FailureReason) {
    super(JSON.stringify(reason))
    this.stack = ''
  }
}
