import { completeErasures } from './forgetting/forget-late.ts'
import { removeAbandoned } from './forgetting/erasure-draft.ts'
import { runningPlans } from './forgetting/erasure-plan.ts'
import { readHolds } from './forgetting/hold.ts'
import type { KnownHolds } from './forgetting/known-holds.ts'
import { PastSweeper } from './retention/past-sweeper.ts'
import { RetentionSweeper } from './retention/retention-sweeper.ts'
import type { RetentionReport } from './retention/retention-sweeper.ts'
import type { RetentionRule } from './retention/retention-rules.ts'
import type { StoredSpace } from './space/space.ts'
import type { Ledger } from './work/ledger.ts'

const sweepMs = 60_000
const sweepBatch = 500

/** What {@link Upkeep} works with. */
export interface UpkeepParts {
  readonly space: StoredSpace
  readonly ledger: Ledger
  readonly retention: readonly RetentionRule[]
  readonly holds: KnownHolds
  /** Whether it completes erasures that others left half done. Programs that only look don't. */
  readonly completesErasures: boolean
  readonly onError: (error: unknown) => void
}

/** What a memory does for its store every minute: removes what has expired, what rules don't keep, what was to be erased. */
export class Upkeep implements AsyncDisposable {
  readonly #parts: UpkeepParts
  readonly #retention: RetentionSweeper
  readonly #past: PastSweeper
  readonly #timer: NodeJS.Timeout
  /** Erasures that were found when it was opened. */
  #carriedOut: Promise<void> | undefined
  #isClosed = false

  constructor(parts: UpkeepParts) {
    this.#parts = parts
    const { space, holds, retention: rules } = parts
    const { store, shelf, owner } = space
    this.#retention = new RetentionSweeper({
      store,
      shelf,
      holds,
      rules,
      owner,
      turnMs: 2 * sweepMs,
      onRemoved: (count) => space.counters.add('retentionRemoved', count),
    })
    this.#past = new PastSweeper({ store: space.whole, holds, history: space.history, retention: rules })
    this.#timer = setInterval(() => void this.#run(), sweepMs).unref()
  }

  /** Keeps what is held, hides what others are erasing or have left half erased, and completes the latter in the background. */
  async start(): Promise<void> {
    const { space, completesErasures, onError } = this.#parts
    const [plans, holds] = await Promise.all([runningPlans(space.whole), readHolds(space.whole)])
    if (plans.length > 0 || holds.rules.length > 0) space.epochs.noteGoverning()
    if (plans.length > 0 && completesErasures) this.#carriedOut = completeErasures(space).catch(onError)
  }

  get retention(): RetentionReport {
    return this.#retention.report
  }

  /** Removes what has expired and what rules don't keep, whoever's turn it is. */
  async sweep(): Promise<RetentionReport> {
    await this.#retention.run(() => this.#isClosed, true)
    await this.#past.run(() => this.#isClosed, true)
    await this.#removeExpired()
    if (this.#parts.completesErasures) await removeAbandoned(this.#parts.space.whole)
    return this.retention
  }

  async #run(): Promise<void> {
    try {
      await this.#retention.run(() => this.#isClosed)
      // Rules promise to remove what is due within a minute, whatever becomes of other processes.
      await this.#past.run(() => this.#isClosed, this.#parts.retention.length > 0)
      await this.#removeExpired()
      if (!this.#isClosed) await this.#parts.ledger.compact()
      if (!this.#isClosed && this.#parts.completesErasures) await this.#tendErasures()
    } catch (error) {
      this.#parts.onError(error)
    }
  }

  async #tendErasures(): Promise<void> {
    const { space } = this.#parts
    // First what needs no key.
    await removeAbandoned(space.whole)
    await completeErasures(space)
  }

  async #removeExpired(): Promise<void> {
    const { store, counters } = this.#parts.space
    for (let swept = sweepBatch; swept === sweepBatch && !this.#isClosed;) {
      swept = await store.sweep(sweepBatch)
      counters.add('swept', swept)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    await this.#carriedOut
  }
}
