import type { View } from '@skein/memory'
import { OptionError } from '@skein/memory'
import { objectInfoOf } from '@skein/memory/runtime'
import type { AnyRecord } from '@skein/memory/runtime'

import { answerLength, quotationOf } from '../session/quote.ts'
import type { Quotation } from '../session/quote.ts'
import { parseRecordNames } from '../session/record-name.ts'
import type { RecordName } from '../session/record-name.ts'

/** The largest object whose content is shown. */
const maxObjectBytes = 1_000_000

/** Records as wholes. */
interface ReadAnswer {
  readonly items: readonly Quotation[]
  /** Ids of what this client can't see, or what doesn't exist. */
  readonly missing?: readonly string[]
}

/** Reads records by their names. Long values come in parts. */
export async function readRecords(view: View, ids: readonly string[], cursor = '0'): Promise<ReadAnswer> {
  const from = Number(cursor)
  if (!/^\d{1,9}$/.test(cursor) || (from > 0 && ids.length > 1)) {
    throw new OptionError('cursor', 'the cursor of a long value, with its id alone', cursor)
  }
  const names = parseRecordNames(ids)
  const records = await Promise.all(names.map((name) => readRecord(view, name)))
  const room = Math.floor(answerLength / Math.max(1, ids.length))
  const missing = ids.filter((_, index) => records[index] === undefined)
  const items = records.flatMap((record) => (record ? [quotationOf(record, from, room)] : []))
  return { items, ...(missing.length > 0 && { missing }) }
}

/** Reads one record; of an object that is text or JSON, its content. */
export async function readRecord(view: View, { collection, id }: RecordName): Promise<AnyRecord | undefined> {
  const record = await view.records.get(collection, id)
  if (record?.collection !== 'objects') return record
  const info = objectInfoOf(record.value)
  if (!info || info.size > maxObjectBytes || !/^text\/|[/+]json\b/.test(info.mediaType)) return record
  return { ...record, value: await view.objects.get({ id, size: info.size, mediaType: info.mediaType }) }
}
