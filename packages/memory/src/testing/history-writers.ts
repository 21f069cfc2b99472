import { nobody } from './history-timeline.ts'
import type { Timeline } from './history-timeline.ts'

/** What a history tells of one version of a key: indexes of operations, or {@link nobody}. */
export interface Version {
  readonly number: number
  /** Who made it, saw it or replaced it, and was answered first. */
  seenBy: number
  /** The write that succeeded with it. */
  writer: number
  /** Who tells its value. */
  valued: number
}

/**
 * Finds a writer for each version that no successful write made, among the
 * writes whose outcome nobody knows; gives back those for which there is none.
 *
 * Such a write can have made a version if it started before that or any higher
 * version was first known. (What is known later is known of all lower ones, so
 * that time only grows with the version.) A write that named what it replaced
 * fits one version alone. All others of one value fit as well as each other:
 * the earliest is taken first, which leaves none without that could have one.
 *
 * @param versions - In their order.
 * @param unanswered - Indexes of writes, by start.
 */
export function findWriters(
  timeline: Timeline,
  versions: readonly Version[],
  unanswered: readonly number[],
): Version[] {
  const { operations, starts, ends } = timeline
  const textAt = (index: number): string | undefined => textOf(operations[index]?.value)

  // The highest first, with the time by which it was made.
  const orphans = new Map<Version, number>()
  let deadline = Number.POSITIVE_INFINITY
  for (const version of versions.toReversed()) {
    deadline = Math.min(deadline, ends[version.seenBy] as number)
    if (version.writer === nobody) orphans.set(version, deadline)
  }
  if (orphans.size === 0) return []

  const pools = new Map<string | undefined, number[]>()
  for (const index of unanswered) {
    const ifVersion = operations[index]?.ifVersion
    const made = textAt(index)
    if (ifVersion === undefined) {
      const pool = pools.get(made)
      if (pool) pool.push(index)
      else pools.set(made, [index])
      continue
    }
    const successor = firstAbove(ifVersion, versions)
    const latest = successor && orphans.get(successor)
    if (successor === undefined || latest === undefined || (starts[index] as number) > latest) continue
    const seen = textAt(successor.valued)
    if (made === undefined || seen === undefined || made === seen) orphans.delete(successor)
  }

  for (const pool of pools.values()) pool.reverse()
  for (const [version, latest] of [...orphans].toReversed()) {
    const seen = textAt(version.valued)
    const candidates = seen === undefined ? [...pools.values()] : [pools.get(seen) ?? [], pools.get(undefined) ?? []]
    const pool = candidates.find((indexes) => (starts[indexes.at(-1) ?? nobody] ?? Number.POSITIVE_INFINITY) <= latest)
    if (pool?.pop() !== undefined) orphans.delete(version)
  }
  return [...orphans.keys()].toReversed()
}

/** The first version above a number. */
function firstAbove(number: number, versions: readonly Version[]): Version | undefined {
  let low = 0
  let high = versions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((versions[middle] as Version).number > number) high = middle
    else low = middle + 1
  }
  return versions[low]
}

/** The same text for the same JSON data, in whatever order its properties stand. */
function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value, sortProperties)
}

function sortProperties(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
