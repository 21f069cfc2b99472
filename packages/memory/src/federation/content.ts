import type { RecordKey, RecordMeta } from '../store/record.ts'
import type { FactState } from './fact-state.ts'

/** The content of one message between nodes. */
export type Content =
  | { readonly kind: 'fact'; readonly key: string; readonly state: FactState }
  | ({ readonly kind: 'record'; readonly key: RecordKey } & SentRecord)
  | ({ readonly kind: 'object'; readonly id: string; readonly bytes: Uint8Array } & SentRecord)
  /** An alert has been acknowledged. */
  | { readonly kind: 'gone'; readonly id: string }
  /** A node missed messages and requests a snapshot: everything that is shared. */
  | { readonly kind: 'ask'; readonly id: string }
  | { readonly kind: 'answered'; readonly id: string }

/** A record inside a message. */
export interface SentRecord {
  /** JSON text. */
  readonly value: string
  readonly meta: RecordMeta
  /** Unix milliseconds. */
  readonly expiresAt?: number | undefined
}
