import type { LineageItem, RecordDetail, RecordRows } from '../../src/protocol/protocol.ts'
import type { RecordsQuery } from '../server/api.ts'
import { history } from '../state/page-state.ts'
import { isAlive, keyOf } from '../state/scene.ts'
import type { Scene, SceneRecord } from '../state/scene.ts'
import { sceneRow } from './scene-row.ts'

const pageSize = 100
const maxSourceDepth = 4

/** Lists the records of a scene, newest first. */
export function pastRecords(scene: Scene, now: number, query: RecordsQuery, cursor = '0'): RecordRows {
  const start = Number(cursor)
  const matching = [...scene.records.values()]
    .filter((record) => isAlive(record, now) && matches(record, query))
    .toReversed()
  const rows = matching.slice(start, start + pageSize).map(sceneRow)
  return { rows, ...(start + pageSize < matching.length && { cursor: `${start + pageSize}` }) }
}

/**
 * Describes a record of a scene by the events up to it.
 *
 * @param latest - The record as it is now, for the values of versions that are known.
 */
export function pastDetail(scene: Scene, record: SceneRecord, latest: RecordDetail | undefined): RecordDetail {
  const { collection, id } = record
  const writes = writesOf(record, scene.count).map((write) => {
    const value = latest?.history.find(({ version }) => version === write.version)?.value
    return { ...write, ...(value !== undefined && { value }) }
  })
  const isLatest = latest?.version === record.version
  const { content, importance, traces, traceCount } = latest ?? {}
  return {
    ...sceneRow(record),
    value: isLatest ? latest.value : (writes[0]?.value ?? ''),
    isCut: isLatest && latest.isCut,
    history: writes,
    readers: readersOf(collection, id, scene.count),
    sources: sourcesOf(scene, record, 1),
    uses: usesOf(scene, id),
    sent: [],
    ...(isLatest && content && { content }),
    ...(importance !== undefined && { importance }),
    ...(traces && { traces }),
    ...(traceCount !== undefined && { traceCount }),
  }
}

function matches(record: SceneRecord, { collection, task, tag, author, q }: RecordsQuery): boolean {
  if (collection && !collection.split(',').includes(record.collection)) return false
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

function sourcesOf(scene: Scene, { id, derivedFrom }: SceneRecord, depth: number): LineageItem[] {
  return derivedFrom.flatMap((source) => {
    const record = scene.records.get(keyOf('objects', source))
    if (!record) return []
    const item = toLineageItem(record, depth, id)
    return [item, ...(depth < maxSourceDepth ? sourcesOf(scene, record, depth + 1) : [])]
  })
}

function usesOf(scene: Scene, id: string): LineageItem[] {
  return [...scene.records.values()]
    .filter(({ derivedFrom }) => derivedFrom.includes(id))
    .map((record) => toLineageItem(record, 1, id))
}

function toLineageItem({ collection, id, title, author }: SceneRecord, depth: number, from: string): LineageItem {
  return { collection, id, title, author, depth, from }
}
