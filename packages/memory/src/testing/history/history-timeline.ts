import { OptionError } from '../../values/errors.ts'
import type { Operation } from './history-operation.ts'

/** The version of who tells of none: below every other. */
export const unseen = -1

/** The place of no operation. */
export const nobody = -1

/**
 * The operations on one key by the time at which they started, and what the
 * checks compare, in columns: a million small objects would cost more than the
 * checks do.
 *
 * Times are nanoseconds as plain numbers. Above 2^53, after 104 days of uptime,
 * they are rounded, which can make two times one but never turn them round.
 */
export interface Timeline {
  readonly operations: readonly Operation[]
  readonly starts: Float64Array
  /** Infinite where there was no answer. */
  readonly ends: Float64Array
  /** The versions that were made or seen, or {@link unseen}. */
  readonly versions: Float64Array
  /** 1 where a write succeeded. */
  readonly makes: Uint8Array
  /** Whether any read may have been answered from a copy. */
  readonly hasCachedReads: boolean
}

/** @throws OptionError when a successful operation tells no version, or one ends before it starts. */
export function timelineOf(history: readonly Operation[]): Timeline {
  // Mostly in order already, which costs this sort one pass.
  const operations = history.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0))
  const { length } = operations
  const [starts, ends, versions] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)]
  const makes = new Uint8Array(length)
  let hasCachedReads = false
  for (const [index, operation] of operations.entries()) {
    const { type, startedAt, endedAt, ok } = operation
    starts[index] = Number(startedAt)
    ends[index] = endedAt === undefined ? Number.POSITIVE_INFINITY : Number(endedAt)
    versions[index] = versionOf(operation)
    makes[index] = type === 'write' && endedAt !== undefined && ok !== false ? 1 : 0
    hasCachedReads ||= type === 'cached-read'
  }
  return { operations, starts, ends, versions, makes, hasCachedReads }
}

function versionOf(operation: Operation): number {
  const { type, endedAt, version = unseen, ok } = operation
  if (endedAt === undefined) return unseen
  if (endedAt < operation.startedAt) throw new OptionError('endedAt', 'no earlier than startedAt', endedAt)
  if (ok === false) return type === 'write' ? version : unseen
  const least = type === 'write' ? 1 : 0
  if (!(Number.isSafeInteger(version) && version >= least)) {
    throw new OptionError('version', `what a ${type} of "${operation.key}" made or saw, ${least} or more`, version)
  }
  return version
}

/** Such as `ann's read of version 3`. */
export function nameOf({ operations, versions }: Timeline, index: number): string {
  const { process, type, ok } = operations[index] as Operation
  const version = versions[index]
  const about = version === unseen ? '' : version === 0 ? ' of nothing' : ` of version ${version}`
  if (type === 'write' && ok === false) return `${process}'s refusal${about}`
  return `${process}'s ${type === 'cached-read' ? 'cached read' : type}${about}`
}
