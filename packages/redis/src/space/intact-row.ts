import { CorruptRecordError } from '@skein/memory'
import { warn } from '@skein/memory/runtime'
import type { RecordKey } from '@skein/memory/store'

import { unpackRow } from '../records/record-row.ts'
import type { UnpackedRow } from '../records/record-row.ts'

/** A row for a list or an index: a damaged one is left out, with a warning. @throws StoreFormatError */
export function intactRow(key: RecordKey, text: string): UnpackedRow | undefined {
  try {
    return unpackRow(key, text)
  } catch (error) {
    if (!(error instanceof CorruptRecordError)) throw error
    warn(`${String(error)} Lists and searches omit it.`, error.code)
    return undefined
  }
}
