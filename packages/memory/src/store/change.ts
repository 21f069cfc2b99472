import type { Label } from '../values/access.ts'
import type { RecordKey, Seq } from './record.ts'

/** One entry of the feed. */
export interface Change extends RecordKey, Label {
  readonly seq: Seq
  readonly op: 'set' | 'delete'
  readonly version: number
  readonly author: string
  readonly task?: string | undefined
  readonly at: number
}

/** A page of the feed, in order. */
export interface ChangePage {
  readonly changes: readonly Change[]
  /** The newest `seq` of the space; 0 when nothing was ever written. */
  readonly last: Seq
  /** True when the feed no longer holds everything after the asked position. */
  readonly trimmed: boolean
  /** Names the life of this feed: another one when the store lost its data and began anew. */
  readonly incarnation?: string | undefined
}
