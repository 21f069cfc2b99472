import type { Collection } from '../store/collections.ts'
import type { CallName } from '../store/store-routes.ts'

/** A store call that a fault can delay or fail. */
export type FaultyOperation = CallName

/** Which calls a fault affects, and when. */
export interface FaultOptions {
  /**
   * Before the call reaches the store, or after the store has completed it and
   * before the caller gets the result.
   *
   * @defaultValue 'before' for failures, 'after' for delays
   */
  readonly when?: 'before' | 'after'
  /**
   * Affects only calls on this collection: the memory itself reads and writes, too.
   *
   * @defaultValue all
   */
  readonly collection?: Collection
}

/** Options of {@link Faults.fail}. */
export interface FailureOptions extends FaultOptions {
  /**
   * How many calls fail.
   *
   * @defaultValue 1
   */
  readonly times?: number
  /** @defaultValue a StoreError; for a completed write, an OutcomeUnknownError */
  readonly error?: Error
}

/** A pause of store calls. It ends with `release()`, or at the end of a `using` block. */
export interface Hold extends Disposable {
  /** Resolves when a call has reached the point where it is held. */
  readonly reached: Promise<void>
  /** Releases all held calls and stops holding new ones. */
  release(): void
}

/** Injects faults into every store opened from the driver. */
export interface Faults {
  /** Holds calls until they are released. */
  hold(operation: FaultyOperation, options?: FaultOptions): Hold
  /** Makes the next calls fail. A call that fails `after` has taken effect. */
  fail(operation: FaultyOperation, options?: FailureOptions): void
  /** Makes calls fail that come after so many, with an error that nobody takes for an outage. Ends with the returned function. */
  allow(operation: FaultyOperation, times: number, options?: Pick<FaultOptions, 'collection'>): () => void
  /** Makes all calls fail and cuts the link, until the returned function is called. */
  outage(): () => void
  /** Silently drops hints of `watch()` until the returned function is called. */
  dropHints(): () => void
  /** Delivers hints late, by so many milliseconds, until the returned function is called. */
  delayHints(ms: number): () => void
  /** Disconnects the link that delivers hints, and notifies watchers. All other calls still work. */
  cut(): void
  /** Reconnects the link: notifies watchers, and hints arrive again. Missed hints are not repeated. */
  heal(): void
  /** The number of calls so far, held and failed ones included. */
  calls(operation: FaultyOperation, collection?: Collection): number
}
