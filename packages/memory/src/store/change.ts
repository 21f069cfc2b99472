import type { Label } from '../values/access.ts'
import type { RecordKey, Seq } from './record.ts'

/** One entry of the feed. */
export interface Change extends RecordKey, Label {
  readonly seq: Seq
  readonly op: 'set' | 'delete'
  readonly version: number
  readonly author: string
  readonly task?: string | undefined
  /** Unix milliseconds, by the store's clock. */
  readonly at: number
}

/** One page of the feed, in order. */
export interface ChangePage {
  readonly changes: readonly Change[]
  /** The newest `seq` of the space; 0 before the first write. */
  readonly last: Seq
  /**
   * Whether changes after the requested position are missing: the feed was trimmed beyond it, or the store lost what
   * stood there. Never true for a position at or after `last`, such as `Number.MAX_SAFE_INTEGER`, which asks for `last`.
   */
  readonly trimmed: boolean
  /** Identifies this life of the feed. It changes when the store finds that it has lost changes. */
  readonly incarnation?: string | undefined
}
