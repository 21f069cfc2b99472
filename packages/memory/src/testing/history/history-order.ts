import { EndQueue } from './end-queue.ts'
import type { Operation } from './history-operation.ts'
import { nameOf, nobody, unseen } from './history-timeline.ts'
import type { Timeline } from './history-timeline.ts'
import type { Violation, ViolationKind } from './history-violation.ts'

/**
 * Checks that the versions which one key's operations saw and made fit the clock.
 *
 * One pass over the starts, with the running operations in a queue by their ends.
 * When an operation starts, all versions of ended operations are known, and only
 * the newest of them counts. So it takes O(n log c) time for n operations, c of
 * them concurrent.
 */
export class OrderCheck {
  readonly #key: string
  readonly #timeline: Timeline
  readonly #maxStaleNs: number
  readonly #report: (violation: Violation) => void
  readonly #running = new EndQueue()
  /** The operation with the newest version among all that have ended. */
  #known = nobody
  /** The same among those that ended longer ago than the bound. */
  #longKnown = nobody
  /** The same for each process. */
  readonly #own = new Map<string, number>()
  /** Ended operations, in the order of their ends. */
  readonly #ended: number[] = []
  #longEnded = 0

  /** @param maxStaleNs - How long a cached read may miss a known version, in nanoseconds. */
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
    if (operations[index]?.type === 'cached-read') this.#checkCached(index, version)
    else this.#checkStrong(index, version)
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

  #checkStrong(index: number, version: number): void {
    const known = this.#known
    const newest = this.#versionOf(known)
    if (version > newest) return
    const { makes } = this.#timeline
    if (!makes[index]) {
      if (version < newest) this.#contradict('stale-read', known, index)
    } else if (version < newest) this.#contradict('late-write', known, index)
    // Two writes of one version are reported as `version-made-twice`.
    else if (!makes[known]) this.#contradict('read-before-write', known, index)
  }

  #checkCached(index: number, version: number): void {
    const { operations, makes } = this.#timeline
    const own = this.#own.get((operations[index] as Operation).process) ?? nobody
    if (version < this.#versionOf(own)) this.#contradict(makes[own] ? 'own-write-unseen' : 'went-back', own, index)
    else if (version < this.#versionOf(this.#longKnown)) this.#contradict('too-stale', this.#longKnown, index)
  }

  #versionOf(index: number): number {
    return index === nobody ? unseen : (this.#timeline.versions[index] as number)
  }

  /** The operation with the higher version; of equals, the one that made it, else the first. */
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
