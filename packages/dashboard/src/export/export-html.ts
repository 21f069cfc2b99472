import { hash } from 'node:crypto'

import type { View } from '@skein/memory'

import { inboxItems } from '../inbox/inbox-items.ts'
import { listRunRows } from '../metrics/list-run-rows.ts'
import { metricsOf } from '../metrics/metrics.ts'
import type { TimeWindow } from '../metrics/window-metrics.ts'
import type { ExportedRun, ExportedTrace, RecordDetail, SceneEvent } from '../protocol/protocol.ts'
import { briefDetail } from '../records/record-detail.ts'
import { embedRun } from './embed-run.ts'
import type { ExportSource } from './export-source.ts'

/** Limits of one file, so that a browser opens it at once. */
const maxEvents = 200_000
const maxRecords = 2_000
/** Of all values together, in UTF-16 units. */
const maxValuesLength = 20_000_000
const maxTraces = 500
/** Of all traces together, in UTF-16 units. */
const maxTracesLength = 10_000_000

/** Makes the page with a run inlined: one file that needs no server. @throws StoreError */
export async function exportHtml(
  source: ExportSource,
  events: AsyncIterable<SceneEvent>,
  window: Partial<TimeWindow>,
): Promise<string> {
  const { view, metricSources, files } = source
  const newest = await takeLast(events, maxEvents)
  const [session, agents, metrics, marks, inbox, runs] = await Promise.all([
    source.describe(),
    source.agents(),
    metricsOf(metricSources, window),
    metricSources.metricLog.marks(),
    inboxItems(view),
    listRunRows(view),
  ])
  const details = await detailsOf(view, newest)
  const records = details.map((one) => ({ ...one, ...source.traces.ofRecord(one.collection, one.id) }))
  const traces = tracesOf(source.traces, window)
  const data = { session, agents, events: newest, metrics, marks, records, inbox, runs, traces }
  const run: ExportedRun = { ...data, exportedAt: Date.now() }
  return embedRun(files, run, (text) => hash('sha256', text, 'base64'))
}

/** The traces of a period, newest first, up to the limits. */
function tracesOf(
  traces: ExportSource['traces'],
  { since = 0, until = Number.POSITIVE_INFINITY }: Partial<TimeWindow>,
): readonly ExportedTrace[] {
  let roomLeft = maxTracesLength
  return traces.list(maxTraces).flatMap((row) => {
    const detail = row.endedAt >= since && row.startedAt <= until ? traces.get(row.id) : undefined
    if (!detail) return []
    roomLeft -= JSON.stringify(detail).length
    return roomLeft >= 0 ? [{ row, detail }] : []
  })
}

async function takeLast(events: AsyncIterable<SceneEvent>, count: number): Promise<readonly SceneEvent[]> {
  const kept: SceneEvent[] = []
  for await (const event of events) {
    kept.push(event)
    if (kept.length > 2 * count) kept.splice(0, kept.length - count)
  }
  return kept.slice(-count)
}

/** Details of the records that were written, newest first, up to the limits. */
async function detailsOf(view: View, events: readonly SceneEvent[]): Promise<readonly RecordDetail[]> {
  const details: RecordDetail[] = []
  const seen = new Set<string>()
  let roomLeft = maxValuesLength
  for (const event of events.toReversed()) {
    if (event.type !== 'written' || details.length >= maxRecords || roomLeft <= 0) continue
    const key = `${event.collection}/${event.id}`
    if (seen.has(key)) continue
    seen.add(key)
    // Left out when it is gone, or is now above the viewer's clearance.
    const detail = await briefDetail(view, event.collection, event.id).catch(() => undefined)
    if (!detail) continue
    details.push(detail)
    roomLeft -= detail.value.length + (detail.content?.text.length ?? 0)
  }
  return details
}
