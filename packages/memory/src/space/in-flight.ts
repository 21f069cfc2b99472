import type { Label } from '../values/access.ts'

/** Work in flight in this thread, and the number of its waiters. */
export interface InFlight {
  readonly result: Promise<unknown>
  /** Aborts when nobody waits any longer. */
  readonly abandon: AbortController
  waiters: number
  /** The label of what the work read, once it has ended. */
  label?: Label
  /** What names the result as a source, and whom it is about. */
  sources?: readonly string[]
  /** Whether it runs here; otherwise it is waited for, or looked up. */
  isComputing: boolean
  /** Set when its result was not accepted: those who wait get it, and nobody after them. */
  isUnkept?: boolean
}
