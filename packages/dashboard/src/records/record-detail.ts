import { NotFoundError } from '@skein/memory'
import type { AnyRecord, View } from '@skein/memory'

import type { RecordDetail } from '../protocol.ts'
import { cutText } from './cut-text.ts'
import { requireCollection } from './list-records.ts'
import { historyOf } from './record-history.ts'
import { lineageOf } from './record-lineage.ts'
import { readersOf } from './record-readers.ts'
import { toRow } from './record-row.ts'
import type { SeenValues } from './seen-values.ts'

/** Characters of a value that are sent to the page. */
const longestValue = 200_000
/** Bytes of an object whose content is looked at. */
const largestContent = 1_000_000

/**
 * All about one record, as far as the person may see it.
 *
 * @throws NotFoundError, OptionError, StoreError
 */
export async function recordDetail(view: View, seen: SeenValues, name: string, id: string): Promise<RecordDetail> {
  const collection = requireCollection(name)
  const record = await view.records.get(collection, id)
  if (!record) throw new NotFoundError('record', `${collection}/${id}`)
  const [history, lineage, readers, content] = await Promise.all([
    historyOf(view, record, seen),
    lineageOf(view, record),
    readersOf(view, collection, id),
    contentOf(view, record),
  ])
  const { text, isCut } = cutText(JSON.stringify(record.value), longestValue)
  return { ...toRow(record), value: text, isCut, history, ...lineage, ...readers, ...(content && { content }) }
}

async function contentOf(view: View, { collection, id, value }: AnyRecord): Promise<RecordDetail['content']> {
  if (collection !== 'objects') return undefined
  const { size, mediaType } = value as { size: number; mediaType: string }
  if (size > largestContent || !/^text\/|\bjson\b/.test(mediaType)) return undefined
  const bytes = await view.objects.bytes({ id, size, mediaType })
  return { mediaType, ...cutText(new TextDecoder().decode(bytes), longestValue) }
}
