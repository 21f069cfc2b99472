import { EndQueue } from './end-queue.ts'
import type { Operation } from './history-operation.ts'
import { nameOf, nobody, unseen } from './history-timeline.ts'
import type { Timeline } from './history-timeline.ts'
import type { Violation, ViolationKind } from './history-violation.ts'

/**
 * Checks that what one key's operations saw and made fits the clock.
 *
 * One pass over the starts, with the operations under way in a queue by their
 * ends: what has ended when an operation starts is known to it, and the newest
 * version of that is all that counts. So it takes n log c for n operations of
 * which c run at once.
 */
export class OrderCheck {
  readonly #key: string
  readonly #timeline: Timeline
  readonly #maxStaleNs: number
  readonly #report: (violation: Violation) => void
  readonly #running = new EndQueue()
  /** The newest of what has ended, */
  #known = nobody
  /** of what has ended for longer than the bound, */
  #longKnown = nobody
  /** and of what has ended in each process. */
  readonly #own = new Map<string, number>()
  /** What has ended, for how long is to be seen. */
  readonly #ended: number[] = []
  #longEnded = 0

  /** @param maxStaleNs - How long a cached read may miss what is known. */
  constructor(key: string, timeline: Timeline, maxStaleNs: number, report: (violation: Violation) => void) {
    this.#key = key
    this.#timeline = timeline
    this.#maxStaleNs = maxStaleNs
    this.#report = report
  }

  /** Takes the next operation, in the order of the starts. */
  add(index: number): void {
    const { operations, starts, ends, versions } = this.#timeline
    const start = starts[index] as number
    for (let done = this.#running.popBefore(start); done !== undefined; done = this.#running.popBefore(start)) {
      this.#learn(done)
    }
    this.#learnLong(start - this.#maxStaleNs)
    const version = versions[index] as number
    if (version === unseen) return
    if (operations[index]?.type === 'cached-read') this.#judgeCached(index, version)
    else this.#judgeStrong(index, version)
    this.#running.push(index, ends[index] as number)
  }

  #learn(index: number): void {
    this.#known = this.#newer(this.#known, index)
    if (!this.#timeline.hasCachedReads) return
    const { process } = this.#timeline.operations[index] as Operation
    this.#own.set(process, this.#newer(this.#own.get(process) ?? nobody, index))
    if (this.#maxStaleNs < Number.POSITIVE_INFINITY) this.#ended.push(index)
  }

  // They come out of the queue in the order of their ends.
  #learnLong(before: number): void {
    for (; this.#longEnded < this.#ended.length; this.#longEnded += 1) {
      const next = this.#ended[this.#longEnded] as number
      if ((this.#timeline.ends[next] as number) >= before) break
      this.#longKnown = this.#newer(this.#longKnown, next)
    }
  }

  #judgeStrong(index: number, version: number): void {
    const known = this.#known
    const newest = this.#versionOf(known)
    if (version > newest) return
    const { makes } = this.#timeline
    if (!makes[index]) {
      if (version < newest) this.#contradict('stale-read', known, index)
    } else if (version < newest) this.#contradict('late-write', known, index)
    // Two writes of one version are told of as that.
    else if (!makes[known]) this.#contradict('read-before-write', known, index)
  }

  #judgeCached(index: number, version: number): void {
    const { operations, makes } = this.#timeline
    const own = this.#own.get((operations[index] as Operation).process) ?? nobody
    if (version < this.#versionOf(own)) this.#contradict(makes[own] ? 'own-write-unseen' : 'went-back', own, index)
    else if (version < this.#versionOf(this.#longKnown)) this.#contradict('too-stale', this.#longKnown, index)
  }

  #versionOf(index: number): number {
    return index === nobody ? unseen : (this.#timeline.versions[index] as number)
  }

  /** The one with the higher version; of equals the one that made it, else the first. */
  #newer(before: number, after: number): number {
    const { makes } = this.#timeline
    const [old, young] = [this.#versionOf(before), this.#versionOf(after)]
    if (young !== old) return young > old ? after : before
    return makes[after] && !makes[before] ? after : before
  }

  #contradict(kind: ViolationKind, earlier: number, later: number): void {
    const { operations, starts, ends } = this.#timeline
    const involved = [operations[earlier] as Operation, operations[later] as Operation]
    const gapMs = ((starts[later] as number) - (ends[earlier] as number)) / 1e6
    const [first, second] = [nameOf(this.#timeline, earlier), nameOf(this.#timeline, later)]
    const sentence = `"${this.#key}": ${second} began ${gapMs.toFixed(3)} ms after ${first} had ended.`
    this.#report({ kind, key: this.#key, operations: involved, sentence })
  }
}
