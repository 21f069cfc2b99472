import { hash, randomBytes } from 'node:crypto'

import type { ActivityTask } from '@skein/core/executor'
import { workId } from '@skein/memory/runtime'
import { labelText, parseLabel } from '@skein/memory/store'
import type { Label } from '@skein/memory/store'

/**
 * The data of a job as Redis has it. Redis keeps a hash whose fields have at most 64 bytes each in a third of the
 * memory that any other hash takes (`hash-max-listpack-value`). So names are short here, and what follows from something else is left out.
 */
export interface PackedJob {
  /** Tells this job from an earlier one of the same id. */
  readonly a: string
  /** What the key of the work begins with, where the id of the job is its end. */
  readonly p?: string
  /** The whole key, elsewhere. */
  readonly k?: string
  /** The clearance for which it is done, see `labelText`; absent where that is public. */
  readonly l?: string
  /** How often its caller has given it before; absent the first time. */
  readonly r?: number
  /** The caller's span, see `Span.traceparent`; absent where nobody traces. */
  readonly t?: string
}

/** What a job is about. */
export interface JobSubject {
  /** Of the work, whose record has the order. */
  readonly key: string
  /** The clearance for which it is done, which is part of the record's name. */
  readonly label: Label
}

/** The keys of shared activities end with a SHA-256, so no two of them end in the same way. */
const sharedKey = /^(activity\/.*\/)([\w-]{43})$/
const unshared = 'remote/'

/** The key of work of which the flock keeps no record. */
export function unsharedKey(key: string = randomBytes(16).toString('base64url')): string {
  return unshared + key
}

/** The kind of the work with a key, as the ledger names it; `undefined` of work of which the flock keeps no record. */
export function countedKind(key: string): string | undefined {
  return key.startsWith(unshared) ? undefined : key.split('/', 1)[0]
}

/** A job for work with a key: its id follows from that of the work, so equal work is one job. */
export function packJob(
  key: string,
  { principal, retry, trace }: ActivityTask,
): { readonly id: string; readonly data: PackedJob } {
  const { level = 'public', compartments = [] } = principal.clearance ?? {}
  const label = labelText({ level, compartments })
  const isPublic = label === 'public'
  const [, prefix, end] = (isPublic ? sharedKey.exec(key) : null) ?? []
  // Those of other clearances share no results.
  const id = end ?? hash('sha256', workId({ level, compartments }, key), 'base64url').slice(0, 22)
  const data = {
    a: randomBytes(8).toString('base64url'),
    ...(prefix === undefined ? { k: key } : { p: prefix }),
    ...(!isPublic && { l: label }),
    ...(retry !== undefined && { r: retry }),
    ...(trace && { t: trace.traceparent }),
  }
  return { id, data }
}

/** Reads what a job is about. */
export function subjectOf(id: string, { p = '', k = p + id, l = 'public' }: PackedJob): JobSubject {
  return { key: k, label: parseLabel(l) }
}

/** Reads which attempt a job is from its data as Redis has it. */
export function attemptOf(data: string): string {
  return (JSON.parse(data) as PackedJob).a
}
