import type { TraceDetail, TraceRow } from '../../src/protocol/protocol.ts'
import { api } from '../server/api.ts'
import { exportedRun } from '../server/exported-run.ts'
import { connection } from '../state/page-state.ts'

/** The latest traces, of the server or of an exported file. */
export async function listTraces(): Promise<readonly TraceRow[]> {
  return connection.peek() === 'file' ? (exportedRun()?.traces ?? []).map(({ row }) => row) : api.traces()
}

/** One of them. @throws when it is not kept, or not in the file. */
export async function openTrace(id: string): Promise<TraceDetail> {
  if (connection.peek() !== 'file') return api.trace(id)
  const found = exportedRun()?.traces?.find(({ row }) => row.id === id)
  if (!found) throw new Error('This trace is not in the exported file.')
  return found.detail
}
