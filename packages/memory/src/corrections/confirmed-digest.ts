import { hash } from 'node:crypto'

import type { StoredRecord } from '../store/record.ts'

/** What a confirmation confirms: the value and its sources, as they are the same on all nodes. One written later is another. */
export function confirmedDigest({ value, derivedFrom }: Pick<StoredRecord, 'value' | 'derivedFrom'>): string {
  return hash('sha256', JSON.stringify([value, derivedFrom])).slice(0, 32)
}
