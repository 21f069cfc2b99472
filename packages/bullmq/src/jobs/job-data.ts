import { hash, randomUUID } from 'node:crypto'

import type { ActivityTask } from '@skein/core/executor'
import type { Principal, Ref } from '@skein/memory'
import { encodeJson, workId } from '@skein/memory/runtime'
import type { Costs, ErrorEnvelope } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

/*
 * What a job is, and where its parts are.
 *
 * Redis holds names and refs alone: everything that an activity takes, reports and returns is in the memory, with its
 * label, sealed where the memory seals, and forgotten with what it was derived from.
 *
 * - input: an object with a `RemoteTask`
 * - progress: an object with `RemoteProgress` each, whose refs are in a list in Redis
 * - result: a `RemoteOutcome`, kept by compute-once under `resultKey`
 * - failure: an object with a `RemoteFailure`, whose ref is in the job's reason
 */

/** How long inputs and results last that nobody asks for, in milliseconds. */
export const keptMs = 86_400_000
/** How long progress and failures last, in milliseconds. */
export const reportedMs = 600_000

/** The data of a job. */
export interface JobData {
  readonly task: Ref<RemoteTask>
  /** The label of the task, with which it is read. */
  readonly label: Label
  /** Under which its result is kept. */
  readonly key: string
  /** Tells this job from an earlier one of the same id. */
  readonly attempt: string
  /** How often its caller has given it before; absent the first time. */
  readonly retry?: number
}

/** What a worker runs, in the memory. */
export type RemoteTask = Omit<ActivityTask, 'module' | 'key' | 'priority' | 'retry'>

/** What compute-once keeps. */
export interface RemoteOutcome {
  /** Absent where the activity returned nothing. */
  readonly output?: unknown
  readonly durationMs: number
  readonly worker: string
  readonly label: Label
  readonly sources: readonly string[]
  readonly costs: Costs | null
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

/** The id of a job, and the key of its result: those of its work, if equal work is done once. */
export function namesOf({ key, principal }: ActivityTask): Pick<JobData, 'key' | 'attempt'> & { readonly id: string } {
  const attempt = randomUUID()
  if (key === undefined) return { id: attempt, key: `remote/${attempt}`, attempt }
  // Those of other clearances share no results.
  const id = hash('sha256', encodeJson([principal.clearance ?? null, key]), 'hex').slice(0, 32)
  return { id, key: `remote/${key}`, attempt }
}

/** The id of the record of a result. */
export function resultIdOf({ clearance }: Principal, key: string): string {
  const { level = 'public', compartments = [] } = clearance ?? {}
  return workId({ level, compartments }, key)
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
