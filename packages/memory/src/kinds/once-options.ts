import type { ClaimToken } from '../space/space.ts'
import type { Label } from '../values/access.ts'

/** What a computation gets from `View.once`. */
export interface WorkContext {
  /** Aborted when the lease on the work was lost, so that its result would be refused, or when nobody waits for it any more. */
  readonly signal: AbortSignal
  /** Adds what a model took, in tokens and, where its price is known, in US dollars, so that the ledger can say what a reuse saves. */
  reportUsage(tokens: number, usd?: number): void
  /** Says how long the work really took, in milliseconds, where it had to wait for a turn; else the time until its end counts. */
  reportDuration(ms: number): void
}

/** Options of `View.once`. */
export interface OnceOptions {
  /** How long the result may be reused, in milliseconds; for ever when left out. */
  readonly ttlMs?: number
  /**
   * How long the work stays taken after its worker was last heard of, in
   * milliseconds: a worker that died is replaced after at most this time.
   *
   * @defaultValue 5_000
   */
  readonly leaseMs?: number
  /** The task for the record of the work. */
  readonly task?: string
  /** Stops the waiting of this caller. The work is aborted when nobody waits for it any more. */
  readonly signal?: AbortSignal
  /** Begin the work only while this claim is held. */
  readonly claim?: ClaimToken
}

/** The outcome of `View.once`. */
export interface OnceResult<T> {
  readonly value: T
  /** Whether the value was computed before, or by somebody else meanwhile. */
  readonly reused: boolean
  /** What computing it took. */
  readonly durationMs: number
  readonly tokens: number
  /** US dollars, as far as prices were known; absent when none was told. */
  readonly usd?: number | undefined
  /** @internal What the work read, where that was noted. */
  readonly label?: Label | undefined
}
