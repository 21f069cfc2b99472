import type { StoredRecord } from '../store/record.ts'
import { decodeJson } from '../values/json.ts'
import { limits } from '../values/limits.ts'

/** A correction: why a record is no longer valid. */
export interface Correction {
  /** `withdrawn` where the principal may not see which of the two it was, or the node has not heard yet. */
  readonly state: 'retracted' | 'superseded' | 'withdrawn'
  readonly reason: string | undefined
  /** The id of what replaced it, of the same kind. */
  readonly supersededBy: string | undefined
  /** The id of what holds now, at the end of the chain; `undefined` where nothing does, or it can't be seen. */
  readonly latest: string | undefined
  /** Who corrected it. */
  readonly author: string | undefined
  /** Unix milliseconds, by the store's clock. */
  readonly at: number | undefined
}

/** The value of a record in `corrections`. */
export interface StoredCorrection {
  readonly state: 'retracted' | 'superseded' | 'confirmed'
  readonly reason?: string | undefined
  /** Of a superseded record: the id of what replaced it. */
  readonly next?: string | undefined
  /** Of a confirmed record: the digest of what was confirmed. */
  readonly of?: string | undefined
  /** Of a confirmed record: what had been corrected by then that it rests on, as `collection/id`. */
  readonly despite?: readonly string[] | undefined
  /** Unix milliseconds. Kept in the value, so that all nodes have the same. */
  readonly at: number
}

/** Reads the decoded value of a record in `corrections`. */
export function correctionOf(value: unknown): StoredCorrection {
  return value as StoredCorrection
}

/** Whether a decoded value is what a record in `corrections` may hold. */
export function isCorrection(value: unknown): value is StoredCorrection {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { state, reason, next, of, despite, at } = value as Partial<Record<keyof StoredCorrection, unknown>>
  const texts = [reason, next, of].filter((text) => text !== undefined)
  return (
    (state === 'retracted' || (state === 'superseded' && next !== undefined) || state === 'confirmed') &&
    typeof at === 'number' &&
    texts.every((text) => typeof text === 'string' && text.length <= limits.nameLength) &&
    (despite === undefined || (Array.isArray(despite) && despite.every((name) => typeof name === 'string')))
  )
}

/** What a record in `corrections` says; `undefined` for none. */
export function storedCorrection(record: StoredRecord | undefined): StoredCorrection | undefined {
  return record && correctionOf(decodeJson(record.value))
}

/** The corrections of one record by two nodes: says which one stands everywhere, as `compare` functions do. */
export function compareCorrections(a: StoredCorrection, b: StoredCorrection): number {
  const [first, second] = [a, b].map(({ state }) => (state === 'confirmed' ? 1 : 0))
  // What was corrected anywhere holds nowhere.
  if (first !== second) return (first ?? 0) - (second ?? 0)
  // The first correction stands, and the last confirmation.
  const earlier = a.state === 'confirmed' ? b.at - a.at : a.at - b.at
  return earlier === 0 ? (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1) : earlier
}
