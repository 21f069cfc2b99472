import { OptionError } from '../errors.ts'
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
  readonly key: string
  readonly operations: readonly Operation[]
  readonly starts: Float64Array
  /** Infinite where there was no answer. */
  readonly ends: Float64Array
  /** The versions that were made or seen, or {@link unseen}. */
  readonly versions: Float64Array
  /** 1 where a write succeeded. */
  readonly makes: Uint8Array
}

/**
 * The timelines of all keys.
 *
 * @throws OptionError when a successful operation tells no version.
 */
export function timelinesOf(history: Iterable<Operation>): Timeline[] {
  const byKey = new Map<string, Operation[]>()
  let size = 0
  for (const operation of history) {
    const operations = byKey.get(operation.key)
    if (operations === undefined) byKey.set(operation.key, [operation])
    else operations.push(operation)
    size += 1
  }
  const [starts, ends, versions] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)]
  const makes = new Uint8Array(size)
  let to = 0
  return Array.from(byKey, ([key, operations]) => {
    // Mostly in order already, which costs this sort one pass.
    operations.sort((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0))
    const from = to
    for (const operation of operations) {
      starts[to] = Number(operation.startedAt)
      ends[to] = operation.endedAt === undefined ? Number.POSITIVE_INFINITY : Number(operation.endedAt)
      versions[to] = versionOf(operation)
      makes[to] = operation.type === 'write' && operation.endedAt !== undefined && operation.ok !== false ? 1 : 0
      to += 1
    }
    return {
      key,
      operations,
      starts: starts.subarray(from, to),
      ends: ends.subarray(from, to),
      versions: versions.subarray(from, to),
      makes: makes.subarray(from, to),
    }
  })
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
