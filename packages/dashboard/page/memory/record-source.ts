import type { RecordDetail, RecordRows } from '../../src/protocol/protocol.ts'
import { api } from '../server/api.ts'
import type { RecordsQuery } from '../server/api.ts'
import { exportedRun } from '../server/exported-run.ts'
import { connection, replayIndex, sceneShown, session, timeShown } from '../state/page-state.ts'
import { keyOf } from '../state/scene.ts'
import { pastDetail, pastRecords } from './past-records.ts'

let exportedRecords: ReadonlyMap<string, RecordDetail> | undefined

/** Whether records come from the server: for the present only. */
export function asksServer(): boolean {
  return replayIndex.value === undefined && connection.value !== 'file'
}

/** What the list shows of all collections when none is chosen: what was found out, before how the work was done. */
export const everything = 'all'

/** Lists the records at the moment that is shown. */
export async function listRecords(asked: RecordsQuery, cursor?: string): Promise<RecordRows> {
  const { collection: chosen, ...rest } = asked
  const collection = chosen === everything ? undefined : chosen || session.peek()?.findings.join(',')
  const query = { ...rest, ...(collection !== undefined && { collection }) }
  return asksServer() ? api.records(query, cursor) : pastRecords(sceneShown(), timeShown(), query, cursor)
}

/** Everything about one record at the moment that is shown; `undefined` if it did not exist. */
export async function openRecord(collection: string, id: string, asOf?: string): Promise<RecordDetail | undefined> {
  if (asksServer()) return api.record(collection, id, asOf)
  const scene = sceneShown()
  const record = scene.records.get(keyOf(collection, id))
  // If the record is gone by now, or the server cannot be reached, the events alone describe it.
  const latest =
    connection.value === 'file'
      ? exportedDetail(collection, id)
      : await api.record(collection, id).catch(() => undefined)
  return record && pastDetail(scene, record, latest)
}

/** Everything about one record as it is now, whatever moment is shown; `undefined` if it is not in an exported file. */
export async function latestRecord(collection: string, id: string): Promise<RecordDetail | undefined> {
  return connection.peek() === 'file' ? exportedDetail(collection, id) : api.record(collection, id)
}

function exportedDetail(collection: string, id: string): RecordDetail | undefined {
  exportedRecords ??= new Map(exportedRun()?.records.map((one) => [keyOf(one.collection, one.id), one]))
  return exportedRecords.get(keyOf(collection, id))
}
