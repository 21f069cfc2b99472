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
 * version was first known. What is known later is known of all lower ones, so
 * that time, the deadline, only grows with the version: what fits one version
 * fits all higher ones. From the lowest on, each takes the latest that fits it,
 * which leaves the others as much as can be left.
 *
 * A write that named what it replaced fits one version alone, and comes first;
 * versions whose value nobody tells are content with what is left.
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
  const startOf = (index: number): number => starts[index] as number
  const textAt = (index: number): string | undefined => textOf(operations[index]?.value)

  const deadlines = new Map<Version, number>()
  let deadline = Number.POSITIVE_INFINITY
  for (const version of versions.toReversed()) {
    deadline = Math.min(deadline, ends[version.seenBy] as number)
    if (version.writer === nobody) deadlines.set(version, deadline)
  }
  if (deadlines.size === 0) return []

  const explained = new Set<Version>()
  for (const index of unanswered) {
    const ifVersion = operations[index]?.ifVersion
    const successor = ifVersion === undefined ? undefined : firstAbove(ifVersion, versions)
    if (successor === undefined || startOf(index) > (deadlines.get(successor) ?? Number.NEGATIVE_INFINITY)) continue
    const [made, seen] = [textAt(index), textAt(successor.valued)]
    if (made === undefined || seen === undefined || made === seen) explained.add(successor)
  }
  const orphans = [...deadlines.keys()].toReversed().filter((version) => !explained.has(version))

  const plain = unanswered.filter((index) => operations[index]?.ifVersion === undefined)
  const pools = new Map(
    [...Map.groupBy(plain, textAt)].map(([text, indexes]) => [text, new WriterPool(indexes.map(startOf))]),
  )
  const takeFrom = (pool: WriterPool | undefined, version: Version): boolean =>
    pool?.take(deadlines.get(version) as number) ?? false
  const isTold = ({ valued }: Version): boolean => valued !== nobody
  const without = orphans.filter(isTold).filter((version) => {
    return !takeFrom(pools.get(textAt(version.valued)), version) && !takeFrom(pools.get(undefined), version)
  })
  const rest = new WriterPool([...pools.values()].flatMap((pool) => pool.rest()).toSorted((a, b) => a - b))
  const untold = orphans.filter((version) => !isTold(version) && !takeFrom(rest, version))
  return [...without, ...untold].toSorted((a, b) => a.number - b.number)
}

/** Writes any of which may have made a version that fits one of them: their starts. */
class WriterPool {
  readonly #starts: readonly number[]
  #next = 0
  /** Those that the last deadline let in, the latest on top. */
  readonly #open: number[] = []

  /** @param starts - In order. */
  constructor(starts: readonly number[]) {
    this.#starts = starts
  }

  /** Takes the latest that started by the deadline; false if there is none. Deadlines come in order. */
  take(deadline: number): boolean {
    for (let start = this.#starts[this.#next]; start !== undefined && start <= deadline;) {
      this.#open.push(start)
      this.#next += 1
      start = this.#starts[this.#next]
    }
    return this.#open.pop() !== undefined
  }

  /** The starts of those that were not taken. */
  rest(): number[] {
    return [...this.#open, ...this.#starts.slice(this.#next)]
  }
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
