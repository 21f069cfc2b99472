import { keyOfSource } from './source-name.ts'
import type { RecordKey } from './record.ts'

/** The key of the record that says why another one holds no more, or that it was confirmed. */
export function correctionKey({ collection, id }: RecordKey): RecordKey {
  return { collection: 'corrections', id: `${collection}/${id}` }
}

/**
 * The record that a correction is about; `undefined` for a record of any other kind. The store marks it in the same step,
 * and the feed reports on the correction alone: whoever keeps copies drops those of both.
 */
export function correctedKey({ collection, id }: RecordKey): RecordKey | undefined {
  return collection === 'corrections' ? keyOfSource(id) : undefined
}
