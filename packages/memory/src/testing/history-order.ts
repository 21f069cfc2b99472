import { EndQueue } from './end-queue.ts'
import type { Operation } from './history-operation.ts'
import { nameOf, nobody, unseen } from './history-timeline.ts'
import type { Timeline } from './history-timeline.ts'
import type { Violation, ViolationKind } from './history-violation.ts'

/**
 * Checks that what a key's operations saw and made fits the clock.
 *
 * One pass over the starts, with the operations under way in a queue by their
 * ends: what has ended when an operation starts is known to it, and the newest
 * version of that is all that counts. So it takes n log c for n operations of
 * which c run at once.
 *
 * @param maxStaleNs - How long a cached read may miss what is known.
 */
export function checkOrder(timeline: Timeline, maxStaleNs: number, report: (violation: Violation) => void): void {
  const { key, operations, starts, ends, versions, makes } = timeline
  const running = new EndQueue()
  const isCached = operations.some(({ type }) => type === 'cached-read')
  // The newest of what had ended when the present operation started, of what had for longer than the bound,
  let known = nobody
  let longKnown = nobody
  // and of each process. What had ended stands in the order of the ends.
  const own = new Map<string, number>()
  const ended: number[] = []
  let longEnded = 0

  const contradict = (kind: ViolationKind, earlier: number, later: number): void => {
    const gapMs = ((starts[later] as number) - (ends[earlier] as number)) / 1e6
    const [first, second] = [nameOf(timeline, earlier), nameOf(timeline, later)]
    const sentence = `"${key}": ${second} began ${gapMs.toFixed(3)} ms after ${first} had ended.`
    report({ kind, key, operations: [operations[earlier] as Operation, operations[later] as Operation], sentence })
  }

  /** The one with the higher version; of equals the one that made it, else the first. */
  const newer = (before: number, after: number): number => {
    if (before === nobody) return after
    const [old, young] = [versions[before] as number, versions[after] as number]
    return young > old || (young === old && (makes[after] as number) > (makes[before] as number)) ? after : before
  }

  const judgeStrong = (index: number, version: number): void => {
    const newest = known === nobody ? unseen : (versions[known] as number)
    if (version > newest) return
    if (!makes[index]) {
      if (version < newest) contradict('stale-read', known, index)
    } else if (version < newest) contradict('late-write', known, index)
    // Two writes of one version are told of as that.
    else if (!makes[known]) contradict('read-before-write', known, index)
  }

  const judgeCached = (index: number, version: number, process: string): void => {
    const mine = own.get(process) ?? nobody
    if (mine !== nobody && version < (versions[mine] as number)) {
      contradict(makes[mine] ? 'own-write-unseen' : 'went-back', mine, index)
    } else if (longKnown !== nobody && version < (versions[longKnown] as number)) {
      contradict('too-stale', longKnown, index)
    }
  }

  for (const [index, { type, process }] of operations.entries()) {
    const start = starts[index] as number
    for (let done = running.popBefore(start); done !== undefined; done = running.popBefore(start)) {
      known = newer(known, done)
      if (!isCached) continue
      const whose = (operations[done] as Operation).process
      own.set(whose, newer(own.get(whose) ?? nobody, done))
      if (maxStaleNs < Number.POSITIVE_INFINITY) ended.push(done)
    }
    for (; longEnded < ended.length; longEnded += 1) {
      const next = ended[longEnded] as number
      if ((ends[next] as number) >= start - maxStaleNs) break
      longKnown = newer(longKnown, next)
    }
    const version = versions[index] as number
    if (version === unseen) continue
    if (type === 'cached-read') judgeCached(index, version, process)
    else judgeStrong(index, version)
    running.push(index, ends[index] as number)
  }
}
