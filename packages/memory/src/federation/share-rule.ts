import { decodeJson } from '../values/json.ts'
import type { StoredRecord } from '../store/record.ts'
import type { ResolvedFederation } from './federation-options.ts'

/**
 * Decides whether to share a record.
 *
 * @param wasShared - Whether the key was shared before; matters for facts.
 */
export type DecideShare = (record: StoredRecord, wasShared?: boolean) => boolean

/**
 * Turns the option `share` into a decision. If the rule throws, the record is not
 * shared and `onError` gets the error.
 */
export function decideShare(share: ResolvedFederation['share'], onError: (error: unknown) => void): DecideShare {
  if (typeof share !== 'function') {
    return ({ collection, importance }, wasShared = false) =>
      importance === undefined ? wasShared || collection === 'alerts' : importance >= share.minImportance
  }
  return (record) => {
    const { collection, id, author, task, tags, importance, derivedFrom, sensitivity, compartments } = record
    const meta = { author, task, tags, importance, derivedFrom, sensitivity, compartments }
    const value = decodeJson(record.value)
    try {
      return share({ collection, id, value, ...meta })
    } catch (error) {
      onError(error)
      return false
    }
  }
}
