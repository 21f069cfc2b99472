import { nobody } from './history-timeline.ts'
import type { Timeline } from './history-timeline.ts'

/** One version of a key in a history. The fields are indexes of operations, or {@link nobody}. */
export interface Version {
  readonly number: number
  /** Of the operations that made, saw or replaced it, the one answered first. */
  seenBy: number
  /** The successful write that made it. */
  writer: number
  /** An operation that reports its value. */
  valued: number
}

/**
 * Matches each version that no successful write made with a write of unknown
 * outcome, and returns the versions that are left without a writer.
 *
 * Such a write can have made a version if it started before that version, or any
 * higher one, was first known. That time, the deadline, only grows with the
 * version, so a write that fits one version fits all higher ones. From the lowest
 * version on, each takes the latest write that fits, which leaves the most
 * choices for the others.
 *
 * A write that named the version to replace fits only one version, so it is
 * matched first. Versions of unknown value take any write that is left.
 *
 * @param versions - In ascending order.
 * @param unanswered - Indexes of writes, sorted by start.
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
  const hasValue = ({ valued }: Version): boolean => valued !== nobody
  const without = orphans.filter(hasValue).filter((version) => {
    return !takeFrom(pools.get(textAt(version.valued)), version) && !takeFrom(pools.get(undefined), version)
  })
  const rest = new WriterPool([...pools.values()].flatMap((pool) => pool.rest()).toSorted((a, b) => a - b))
  const unvalued = orphans.filter((version) => !hasValue(version) && !takeFrom(rest, version))
  return [...without, ...unvalued].toSorted((a, b) => a.number - b.number)
}

/** The starts of interchangeable writes, any of which can have made a given version. */
class WriterPool {
  readonly #starts: readonly number[]
  #next = 0
  /** Starts up to the last deadline, the latest on top. */
  readonly #open: number[] = []

  /** @param starts - In ascending order. */
  constructor(starts: readonly number[]) {
    this.#starts = starts
  }

  /** Takes the latest write that started by the deadline; false if there is none. Deadlines must ascend. */
  take(deadline: number): boolean {
    for (let start = this.#starts[this.#next]; start !== undefined && start <= deadline;) {
      this.#open.push(start)
      this.#next += 1
      start = this.#starts[this.#next]
    }
    return this.#open.pop() !== undefined
  }

  /** The starts of the writes that were not taken. */
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

/** A text that is equal for equal JSON data, regardless of the order of properties. */
function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value, sortProperties)
}

function sortProperties(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
