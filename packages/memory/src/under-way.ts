/** Work under way in this thread, and how many wait for it. */
export interface UnderWay {
  readonly result: Promise<unknown>
  /** Aborted when nobody waits any more. */
  readonly abandon: AbortController
  askers: number
}
