import { nobody } from './history-timeline.ts'
import type { Timeline } from './history-timeline.ts'
import type { VersionTable } from './version-table.ts'

/**
 * Finds a writer for each version that no successful write made, among the
 * writes whose outcome nobody knows; gives back the places of those for which
 * there is none.
 *
 * Such a write can have made a version if it started before that or any higher
 * version was first known. (What is known later is known of all lower ones, so
 * that time only grows with the version.) A write that named what it replaced
 * fits one version alone. All others of one value fit as well as each other:
 * the earliest is taken first, which leaves none without that could have one.
 *
 * @param unanswered - Indexes of writes, by start.
 */
export function findWriters(timeline: Timeline, table: VersionTable, unanswered: readonly number[]): number[] {
  const { operations, starts, ends } = timeline
  const places = table.places()
  const valueOf = (index: number | undefined): string | undefined =>
    index === undefined || index === nobody ? undefined : textOf(operations[index]?.value)

  // By place, the highest first: when it was known at the latest.
  const orphans = new Map<number, number>()
  let deadline = Number.POSITIVE_INFINITY
  for (const at of places.toReversed()) {
    deadline = Math.min(deadline, ends[table.seenBy[at] as number] as number)
    if (table.writers[at] === nobody) orphans.set(at, deadline)
  }
  if (orphans.size === 0) return []

  const pools = new Map<string | undefined, number[]>()
  for (const index of unanswered) {
    const ifVersion = operations[index]?.ifVersion
    const made = valueOf(index)
    if (ifVersion === undefined) {
      pools.set(made, pools.get(made) ?? [])
      pools.get(made)?.push(index)
      continue
    }
    const successor = places[firstAbove(ifVersion, places, table)] ?? nobody
    const seen = valueOf(table.valued[successor])
    const isFitting = made === undefined || seen === undefined || made === seen
    if (isFitting && (starts[index] as number) <= (orphans.get(successor) ?? Number.NEGATIVE_INFINITY)) {
      orphans.delete(successor)
    }
  }

  for (const pool of pools.values()) pool.reverse()
  for (const [at, latest] of [...orphans].toReversed()) {
    const seen = valueOf(table.valued[at])
    const candidates = seen === undefined ? [...pools.values()] : [pools.get(seen) ?? [], pools.get(undefined) ?? []]
    const pool = candidates.find((indexes) => (starts[indexes.at(-1) ?? nobody] ?? Number.POSITIVE_INFINITY) <= latest)
    if (pool?.pop() !== undefined) orphans.delete(at)
  }
  return [...orphans.keys()].toReversed()
}

/** Where in `places` the first version above a number stands. */
function firstAbove(number: number, places: readonly number[], table: VersionTable): number {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (table.numberAt(places[middle] as number) > number) high = middle
    else low = middle + 1
  }
  return low
}

/** The same text for the same JSON data, in whatever order its properties stand. */
function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value, sortProperties)
}

function sortProperties(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
