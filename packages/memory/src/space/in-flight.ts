/** Work under way in this thread, and how many wait for it. */
export interface InFlight {
  readonly result: Promise<unknown>
  /** Aborted when nobody waits any more. */
  readonly abandon: AbortController
  waiters: number
}
