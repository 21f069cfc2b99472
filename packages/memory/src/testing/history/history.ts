import type { Instant, Operation } from './history-operation.ts'
import { OrderCheck } from './history-order.ts'
import { nameOf, nobody, timelineOf, unseen } from './history-timeline.ts'
import { VersionCheck } from './history-versions.ts'
import type { Violation } from './history-violation.ts'

/** Options of {@link checkHistory}. */
export interface HistoryOptions {
  /**
   * How long a cached read may miss what is known to be written, in nanoseconds.
   *
   * @defaultValue any time
   */
  readonly maxStaleNs?: Instant
}

/**
 * Finds what is wrong with a history of versioned facts; nothing when all is well.
 *
 * Strong reads and writes must be linearizable, key by key. Since a success
 * names its version, the order of the writes is known, and it is enough that
 *
 * - at most one write succeeded with each version, with one value;
 * - every version that was seen has a writer; one whose outcome nobody knows may be it;
 * - whoever starts after an operation that knew a version has ended sees at
 *   least that version, or makes a higher one;
 * - a write that named the version that it was to replace replaced that one.
 *
 * (In the order of the versions, each with its write first and its reads by
 * their starts after it, all is as one after the other and fits the clock:
 * linearizability as of Herlihy and Wing, 1990, without its search.)
 *
 * Cached reads may be late, but see only what was written, and in a process
 * they never go back, not behind its own writes either. What was known to be
 * written for longer than `maxStaleNs` they see.
 *
 * Near-linear: some 0.5 to 1 µs an operation.
 *
 * @param history - In any order; about that of the starts is fastest.
 * @throws OptionError when a successful operation tells no version.
 *
 * @example
 * ```ts
 * import { checkHistory } from '@skein/memory/testing'
 *
 * const history = [
 *   { process: 'ann', key: 'k', type: 'write', startedAt: 1, endedAt: 4, version: 1, value: 'a', ok: true },
 *   { process: 'bob', key: 'k', type: 'read', startedAt: 5, endedAt: 6, version: 0, ok: true },
 * ] as const
 * checkHistory(history).map(({ kind }) => kind) // => ['stale-read']
 * ```
 */
export function checkHistory(history: Iterable<Operation>, options: HistoryOptions = {}): Violation[] {
  const maxStaleNs = Number(options.maxStaleNs ?? Number.POSITIVE_INFINITY)
  const violations: Violation[] = []
  const report = (violation: Violation): void => void violations.push(violation)
  for (const [key, operations] of byKey(history)) {
    const timeline = timelineOf(operations)
    const versions = new VersionCheck(key, timeline, report)
    const order = new OrderCheck(key, timeline, maxStaleNs, report)
    for (const index of operations.keys()) {
      versions.add(index)
      order.add(index)
    }
    versions.end()
  }
  return violations
}

/**
 * Finds the cached reads that did not see the newest version although they
 * started after everything had come to rest.
 *
 * @param quiescentAt - When the last write had ended and every process had had the time to hear of it.
 * @throws OptionError when a successful operation tells no version.
 */
export function staleAfter(history: Iterable<Operation>, quiescentAt: Instant): Violation[] {
  const violations: Violation[] = []
  for (const [key, unordered] of byKey(history)) {
    const timeline = timelineOf(unordered)
    const { operations, versions } = timeline
    const newest = versions.reduce((best, version, index) => (version > (versions[best] ?? 0) ? index : best), nobody)
    for (const [index, operation] of operations.entries()) {
      const version = versions[index] as number
      if (operation.type !== 'cached-read' || operation.startedAt <= quiescentAt || version === unseen) continue
      if (version >= (versions[newest] ?? 0)) continue
      const sentence = `"${key}": ${nameOf(timeline, index)} came at rest, but ${nameOf(timeline, newest)} is newer.`
      violations.push({
        kind: 'stale-at-rest',
        key,
        operations: [operations[newest] as Operation, operation],
        sentence,
      })
    }
  }
  return violations
}

function byKey(history: Iterable<Operation>): Map<string, Operation[]> {
  const keys = new Map<string, Operation[]>()
  for (const operation of history) {
    const operations = keys.get(operation.key)
    if (operations === undefined) keys.set(operation.key, [operation])
    else operations.push(operation)
  }
  return keys
}
