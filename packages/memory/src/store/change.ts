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
  /** Whether the feed has been trimmed beyond the requested position, so that changes are missing. */
  readonly trimmed: boolean
  /** Identifies this instance of the feed. It changes when the store loses its data and starts over. */
  readonly incarnation?: string | undefined
}
