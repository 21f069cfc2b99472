import type { RecordKey, RecordMeta } from '../store/record.ts'
import type { FactState } from './fact-state.ts'

/** What one node says to the others. */
export type Content =
  | { readonly kind: 'fact'; readonly key: string; readonly state: FactState }
  | ({ readonly kind: 'record'; readonly key: RecordKey } & SentRecord)
  | ({ readonly kind: 'object'; readonly id: string; readonly bytes: Uint8Array } & SentRecord)
  /** An alert has been acknowledged. */
  | { readonly kind: 'gone'; readonly id: string }
  /** A node missed messages and asks for all that is shared. */
  | { readonly kind: 'ask'; readonly id: string }
  | { readonly kind: 'answered'; readonly id: string }

/** A record on its way. */
export interface SentRecord {
  /** JSON text. */
  readonly value: string
  readonly meta: RecordMeta
  /** Unix milliseconds. */
  readonly expiresAt?: number | undefined
}
