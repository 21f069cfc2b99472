import { decodeJson } from '../values/json.ts'
import type { StoredRecord } from '../store/record.ts'
import type { ResolvedFederation } from './federation-options.ts'

/**
 * Decides about one record.
 *
 * @param wasShared - Whether the key was shared before: for facts.
 */
export type DecideShare = (record: StoredRecord, wasShared?: boolean) => boolean

/**
 * Makes the decision that the options ask for. A rule that throws shares
 * nothing, and its error is told.
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
