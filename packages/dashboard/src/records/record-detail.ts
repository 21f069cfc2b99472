import { NotFoundError } from '@skein/memory'
import type { View } from '@skein/memory'
import { objectInfoOf } from '@skein/memory/runtime'
import type { AnyRecord } from '@skein/memory/runtime'

import type { RecordDetail } from '../protocol/protocol.ts'
import { cutText } from '../text/cut-text.ts'
import { requireCollection } from './list-records.ts'
import type { RecentVersions } from '../kept/recent-versions.ts'
import { historyOf } from './record-history.ts'
import { lineageOf } from './record-lineage.ts'
import { readersOf } from './record-readers.ts'
import type { Readers } from './record-readers.ts'
import { toRow } from './record-row.ts'

/** UTF-16 units of a value that are sent to the page. */
const maxValueLength = 200_000
/** Larger objects are shown without their content. */
const maxContentBytes = 1_000_000

/**
 * Reads everything about one record that the viewer may see.
 *
 * @throws NotFoundError, OptionError, StoreError
 */
export async function recordDetail(
  view: View,
  recentVersions: RecentVersions,
  collection: string,
  id: string,
): Promise<RecordDetail> {
  const record = await requireRecord(view, collection, id)
  const [detail, history, readers] = await Promise.all([
    detailWithoutHistory(view, record),
    historyOf(view, record, recentVersions),
    readersOf(view, record.collection, id),
  ])
  return { ...detail, history, ...readers }
}

/**
 * {@link recordDetail} without earlier versions and readers, which take a search
 * of the feed and the audit: for many records at once.
 *
 * @throws NotFoundError, OptionError, StoreError
 */
export async function briefDetail(view: View, collection: string, id: string): Promise<RecordDetail> {
  const record = await requireRecord(view, collection, id)
  const { version, author, updatedAt: at } = record
  const detail = await detailWithoutHistory(view, record)
  return { ...detail, history: [{ version, author, at }], readers: [], sent: [] }
}

async function requireRecord(view: View, name: string, id: string): Promise<AnyRecord> {
  const collection = requireCollection(name)
  const record = await view.records.get(collection, id, { include: 'all' })
  if (!record) throw new NotFoundError('record', `${collection}/${id}`)
  return record
}

type DetailWithoutHistory = Omit<RecordDetail, 'history' | keyof Readers>

async function detailWithoutHistory(view: View, record: AnyRecord): Promise<DetailWithoutHistory> {
  const [lineage, content] = await Promise.all([lineageOf(view, record), contentOf(view, record)])
  const { text, isCut } = cutText(JSON.stringify(record.value), maxValueLength)
  return { ...toRow(record), value: text, isCut, ...lineage, ...(content && { content }) }
}

async function contentOf(view: View, { collection, id, value }: AnyRecord): Promise<RecordDetail['content']> {
  const object = collection === 'objects' ? objectInfoOf(value) : undefined
  if (!object || object.size > maxContentBytes || !/^text\/|\bjson\b/.test(object.mediaType)) return undefined
  const { size, mediaType } = object
  const bytes = await view.objects.bytes({ id, size, mediaType }, { include: 'all' })
  return { mediaType, ...cutText(new TextDecoder().decode(bytes), maxValueLength) }
}
