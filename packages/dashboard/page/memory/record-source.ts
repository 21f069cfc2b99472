import type { LineageItem, RecordDetail, RecordRow, RecordRows } from '../../src/protocol/protocol.ts'
import { isAlive, keyOf } from '../state/scene.ts'
import type { Scene, SceneRecord } from '../state/scene.ts'
import { api } from '../server/api.ts'
import type { RecordsWanted } from '../server/api.ts'
import { exportedRun } from '../server/exported-run.ts'
import { connection, history, moment, sceneShown, timeShown } from '../state/page-state.ts'

const pageSize = 100
let exported: ReadonlyMap<string, RecordDetail> | undefined

/** Whether the server is asked: only for the present. */
export function asksServer(): boolean {
  return moment.value === undefined && connection.value !== 'file'
}

/** Records that are wanted: from the server, or of the moment that is shown. */
export async function listRecords(wanted: RecordsWanted, cursor?: string): Promise<RecordRows> {
  if (asksServer()) return api.records(wanted, cursor)
  const start = Number(cursor ?? 0)
  const now = timeShown()
  const fitting = [...sceneShown().records.values()]
    .filter((one) => isAlive(one, now) && fits(one, wanted))
    .toReversed()
  const rows = fitting.slice(start, start + pageSize).map(toRow)
  return { rows, ...(start + pageSize < fitting.length && { cursor: `${start + pageSize}` }) }
}

/** All about one record, as it was at the moment that is shown. */
export async function openRecord(collection: string, id: string): Promise<RecordDetail | undefined> {
  if (asksServer()) return api.record(collection, id)
  const scene = sceneShown()
  const record = scene.records.get(keyOf(collection, id))
  // What is gone by now, or can't be asked for, is shown as the events told of it.
  const known =
    connection.value === 'file'
      ? exportedDetail(collection, id)
      : await api.record(collection, id).catch(() => undefined)
  if (!record) return undefined
  return detailAt(scene, record, known)
}

/** What the events tell of a record; its value where that version of it is known. */
function detailAt(scene: Scene, record: SceneRecord, known: RecordDetail | undefined): RecordDetail {
  const { collection, id } = record
  const writes = writesOf(record, scene.count).map((write) => {
    const value = known?.history.find(({ version }) => version === write.version)?.value
    return { ...write, ...(value !== undefined && { value }) }
  })
  const isSame = known?.version === record.version
  const value = isSame ? known.value : (writes[0]?.value ?? '')
  const { content, importance } = known ?? {}
  return {
    ...toRow(record),
    value,
    isCut: isSame && known.isCut,
    history: writes,
    readers: readersOf(collection, id, scene.count),
    sources: sourcesOf(scene, record, 1),
    uses: usesOf(scene, id),
    sent: [],
    ...(isSame && content && { content }),
    ...(importance !== undefined && { importance }),
  }
}

function toRow(record: SceneRecord): RecordRow {
  const {
    collection,
    id,
    version,
    author,
    task,
    tags,
    label,
    title,
    createdAt,
    writtenAt: updatedAt,
    expiresAt,
  } = record
  return {
    collection,
    id,
    version,
    author,
    tags,
    label,
    title,
    createdAt,
    updatedAt,
    ...(task !== undefined && { task }),
    ...(expiresAt !== undefined && { expiresAt }),
  }
}

function fits(record: SceneRecord, { collection, task, tag, author, q }: RecordsWanted): boolean {
  if (collection && record.collection !== collection) return false
  if (task && record.task !== task) return false
  if (author && record.author !== author) return false
  if (tag && !record.tags.includes(tag)) return false
  return !q || `${record.title} ${record.id} ${record.tags.join(' ')}`.toLowerCase().includes(q.toLowerCase())
}

function writesOf({ collection, id }: SceneRecord, count: number): { version: number; author: string; at: number }[] {
  return history.events
    .slice(0, count - history.forgotten)
    .flatMap((event) =>
      event.type === 'written' && event.id === id && event.collection === collection
        ? [{ version: event.version, author: event.author, at: event.at }]
        : [],
    )
    .toReversed()
}

function readersOf(collection: string, id: string, count: number): RecordDetail['readers'] {
  const readers = new Map<string, { agent: string; count: number; lastAt: number }>()
  for (const event of history.events.slice(0, count - history.forgotten)) {
    if (event.type !== 'read' || event.id !== id || event.collection !== collection) continue
    const before = readers.get(event.agent)?.count ?? 0
    readers.set(event.agent, { agent: event.agent, count: before + event.count, lastAt: event.at })
  }
  return [...readers.values()]
}

const deepest = 4

function sourcesOf(scene: Scene, { id, derivedFrom }: SceneRecord, depth: number): LineageItem[] {
  return derivedFrom.flatMap((source) => {
    const record = scene.records.get(keyOf('objects', source))
    if (!record) return []
    const { collection, title, author } = record
    const item: LineageItem = { collection, id: source, title, author, depth, from: id }
    return [item, ...(depth < deepest ? sourcesOf(scene, record, depth + 1) : [])]
  })
}

function usesOf(scene: Scene, id: string): LineageItem[] {
  return [...scene.records.values()]
    .filter(({ derivedFrom }) => derivedFrom.includes(id))
    .map((record) => ({
      collection: record.collection,
      id: record.id,
      title: record.title,
      author: record.author,
      depth: 1,
      from: id,
    }))
}

function exportedDetail(collection: string, id: string): RecordDetail | undefined {
  exported ??= new Map(exportedRun()?.records.map((one) => [keyOf(one.collection, one.id), one]))
  return exported.get(keyOf(collection, id))
}
