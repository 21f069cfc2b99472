import type { Instant, Operation } from './history-operation.ts'
import { checkOrder } from './history-order.ts'
import { nameOf, nobody, timelinesOf, unseen } from './history-timeline.ts'
import { checkVersions } from './history-versions.ts'
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
 * A million operations take about a second at most.
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
  for (const timeline of timelinesOf(history)) {
    checkVersions(timeline, report)
    checkOrder(timeline, maxStaleNs, report)
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
  for (const timeline of timelinesOf(history)) {
    const { key, operations, versions } = timeline
    let newest = nobody
    for (const [index, version] of versions.entries()) {
      if (version > (versions[newest] ?? 0)) newest = index
    }
    const last = operations[newest]
    if (last === undefined) continue
    for (const [index, operation] of operations.entries()) {
      const version = versions[index]
      if (operation.type !== 'cached-read' || operation.startedAt <= quiescentAt) continue
      if (version === unseen || version === versions[newest]) continue
      const sentence = `"${key}": ${nameOf(timeline, index)} came at rest, but ${nameOf(timeline, newest)} is newer.`
      violations.push({ kind: 'stale-at-rest', key, operations: [last, operation], sentence })
    }
  }
  return violations
}
