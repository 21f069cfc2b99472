import { NotFoundError } from '@skein/memory'
import type { View } from '@skein/memory'
import type { AnyRecord } from '@skein/memory/runtime'

import type { RecordDetail } from '../protocol/protocol.ts'
import { cutText } from '../text/cut-text.ts'
import { requireCollection } from './list-records.ts'
import { historyOf } from './record-history.ts'
import { lineageOf } from './record-lineage.ts'
import { readersOf } from './record-readers.ts'
import type { Readers } from './record-readers.ts'
import { toRow } from './record-row.ts'
import type { SeenValues } from './recent-versions.ts'

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
  const record = await recordOf(view, name, id)
  const [detail, history, readers] = await Promise.all([
    nearDetail(view, record),
    historyOf(view, record, seen),
    readersOf(view, record.collection, id),
  ])
  return { ...detail, history, ...readers }
}

/**
 * The same without earlier versions and readers, for which feed and audit are
 * looked through: too much where there are many records.
 *
 * @throws NotFoundError, OptionError, StoreError
 */
export async function briefDetail(view: View, name: string, id: string): Promise<RecordDetail> {
  const record = await recordOf(view, name, id)
  const { version, author, updatedAt: at } = record
  return { ...(await nearDetail(view, record)), history: [{ version, author, at }], readers: [], sent: [] }
}

async function recordOf(view: View, name: string, id: string): Promise<AnyRecord> {
  const collection = requireCollection(name)
  const record = await view.records.get(collection, id)
  if (!record) throw new NotFoundError('record', `${collection}/${id}`)
  return record
}

type NearDetail = Omit<RecordDetail, 'history' | keyof Readers>

async function nearDetail(view: View, record: AnyRecord): Promise<NearDetail> {
  const [lineage, content] = await Promise.all([lineageOf(view, record), contentOf(view, record)])
  const { text, isCut } = cutText(JSON.stringify(record.value), longestValue)
  return { ...toRow(record), value: text, isCut, ...lineage, ...(content && { content }) }
}

async function contentOf(view: View, { collection, id, value }: AnyRecord): Promise<RecordDetail['content']> {
  if (collection !== 'objects') return undefined
  const { size, mediaType } = value as { size: number; mediaType: string }
  if (size > largestContent || !/^text\/|\bjson\b/.test(mediaType)) return undefined
  const bytes = await view.objects.bytes({ id, size, mediaType })
  return { mediaType, ...cutText(new TextDecoder().decode(bytes), longestValue) }
}
