import type { AnyRecord } from '@skein/memory/runtime'

import type { RecordRow } from '../protocol/protocol.ts'
import { titleOf } from '../text/record-title.ts'
import { stateOf } from './record-state.ts'

/** Converts a record to its row in a list: everything but the value. */
export function toRow(record: AnyRecord): RecordRow {
  const { collection, id, version, author, task, tags, importance, sensitivity, compartments } = record
  const { createdAt, updatedAt, expiresAt, value } = record
  const state = stateOf(record)
  return {
    collection,
    id,
    version,
    author,
    ...(task !== undefined && { task }),
    tags,
    ...(importance !== undefined && { importance }),
    label: { sensitivity, compartments },
    title: titleOf(record, value),
    createdAt,
    updatedAt,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(state && { state }),
  }
}
