import { randomUUID } from 'node:crypto'

import { covers } from '../values/access.ts'
import type { Audience } from '../values/access.ts'
import { DeadlockError } from '../values/errors.ts'
import { outlast } from '../values/outlast.ts'
import { withSignal } from '../values/with-signal.ts'
import { parseWorkId } from '../work/work-id.ts'
import { findDeadlock } from './find-deadlock.ts'
import type { Wait } from './find-deadlock.ts'
import { sharedState } from './shared-state.ts'
import type { SharedState } from './shared-state.ts'
import type { StoredSpace } from './space.ts'
import type { WorkChain } from './work-chain.ts'

/** After how long a wait becomes known to all, in milliseconds; most have ended before. */
const firstLookMs = 500
/** How often it says that it is still there, in milliseconds. */
const nextLookMs = 2_000
/** How long it counts after it last said so, in milliseconds. */
const keptMs = 10_000

/** A wait that its thread has told of. */
interface KnownWait extends Wait {
  /** When it was last there, by the store's clock. */
  readonly at: number
  /** The deadlock that was found when it last looked. */
  readonly suspected?: string | undefined
}

type KnownWaits = Readonly<Record<string, KnownWait>>

/** What `View.waitFor` waits for, and on whose behalf. */
export interface GuardedWait {
  /** The work that waits; without any there is nothing to find. */
  readonly chain: WorkChain
  /** The work that it waits for: one of these has to end. */
  readonly anyOf: () => readonly string[]
  /** Whether it still waits for others and does not work itself by now. */
  readonly isWaiting?: () => boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * Finds work that waits for itself, over all threads and processes of a space.
 *
 * A wait inside of work that takes longer than half a second is told to all, in a
 * shared state, and compared with the others that are known there. Who finds the same
 * deadlock twice in a row is in it. Shorter waits cost nothing but a timer.
 */
export class WaitGraph {
  readonly #space: StoredSpace
  readonly #waits: SharedState<KnownWaits>

  constructor(space: StoredSpace) {
    this.#space = space
    this.#waits = sharedState<KnownWaits>(space, 'waits', { ttlMs: keptMs * 2 })
  }

  /**
   * Waits for a promise on behalf of some work.
   *
   * @param audience - Of whoever waits: names of work that it may not see are left out of the error.
   * @throws DeadlockError when the work waits for itself; what the promise rejects with; the signal's reason.
   */
  async during<Result>(promise: Promise<Result>, wait: GuardedWait, audience: Audience): Promise<Result> {
    const { chain, signal } = wait
    if (chain.length === 0) return withSignal(promise, signal)
    const id = randomUUID()
    const settled = promise.then(
      () => true,
      () => true,
    )
    let isKnown = false
    try {
      for (let pauseMs = firstLookMs; ;) {
        if (await withSignal(isSettledWithin(settled, pauseMs), signal)) return await promise
        if (wait.isWaiting?.() === false) continue
        isKnown = true
        const { deadlock, isSure } = await this.#look(id, { chain, anyOf: wait.anyOf() }, signal)
        if (deadlock && isSure) throw new DeadlockError(deadlock.map((work) => nameOf(work, audience)))
        pauseMs = deadlock ? firstLookMs : nextLookMs
      }
    } finally {
      if (isKnown) this.#forget(id)
    }
  }

  /** Tells all of a wait, and looks whether it can ever end. */
  #look(
    id: string,
    wait: Wait,
    signal: AbortSignal | undefined,
  ): Promise<{ deadlock: WorkChain | undefined; isSure: boolean }> {
    const look = (): Promise<{ deadlock: WorkChain | undefined; isSure: boolean }> =>
      this.#waits.change((before = {}, now) => {
        const known = Object.entries(before).filter(([, { at }]) => at + keptMs > now)
        const deadlock = findDeadlock(wait, [...known.filter(([other]) => other !== id).map(([, each]) => each), wait])
        const suspected = deadlock?.toSorted().join('\n')
        const isSure = suspected !== undefined && before[id]?.suspected === suspected
        const state: KnownWaits = {
          ...Object.fromEntries(known),
          [id]: { ...wait, at: now, ...(suspected !== undefined && { suspected }) },
        }
        return { state, result: { deadlock, isSure } }
      })
    return outlast(look, { signal, onOutage: (error) => this.#space.noteOutage(error) })
  }

  #forget(id: string): void {
    const change = this.#waits.change((before = {}) => {
      const { [id]: own, ...others } = before
      return { state: own ? others : before, result: undefined }
    })
    // It is forgotten in any case, only later.
    change.catch(() => {})
  }
}

const graphs = new WeakMap<StoredSpace, WaitGraph>()

/** The waits of a space. */
export function waitsOf(space: StoredSpace): WaitGraph {
  const graph = graphs.get(space) ?? new WaitGraph(space)
  graphs.set(space, graph)
  return graph
}

async function isSettledWithin(settled: Promise<boolean>, pauseMs: number): Promise<boolean> {
  const late = Promise.withResolvers<false>()
  const timer = setTimeout(() => late.resolve(false), pauseMs)
  try {
    return await Promise.race([settled, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** What an error calls some work. Ids of work begin with the clearance of those who share it, and a space. */
function nameOf(work: string, audience: Audience): string {
  if (work.startsWith('facts/') || !work.includes(' ')) return work
  const { label, key } = parseWorkId(work)
  return covers(audience, label) ? key : 'work above this clearance'
}
