import type { Collection } from '../store/collections.ts'
import type { RecordKey, RecordMeta } from '../store/record.ts'
import type { Label } from '../values/access.ts'
import type { FactState } from './fact-state.ts'

/** The content of one message between nodes. */
export type Content =
  | { readonly kind: 'fact'; readonly key: string; readonly state: FactState }
  | ({ readonly kind: 'record'; readonly key: RecordKey } & SentRecord)
  | ({ readonly kind: 'object'; readonly id: string; readonly bytes: Uint8Array } & SentRecord)
  /** An alert has been acknowledged. */
  | { readonly kind: 'gone'; readonly id: string }
  | ({ readonly kind: 'erasure' } & ToldErasure)
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
  /** Of an object that was stored again after it had been erased: the id of that erasure. */
  readonly revives?: string | undefined
}

/** Records that were erased, without their content. The label is that of the erasure, which is as high as theirs. */
export interface ToldErasure extends Label {
  readonly id: string
  /** Who erased them. */
  readonly author: string
  /** When, Unix milliseconds by the clock of the node where it was asked for. */
  readonly at: number
  readonly reason: string
  readonly derived: 'keep' | 'report' | 'forget'
  readonly names: readonly ErasedName[]
}

/** What was erased; of a fact, all that was written up to a stamp. */
export type ErasedName = readonly [collection: Collection, id: string, ms?: number, count?: number]
