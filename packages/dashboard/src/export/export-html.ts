import { hash } from 'node:crypto'

import { figuresOf } from '../metrics/metrics.ts'
import type { FigureSources } from '../metrics/metrics.ts'
import type { Window } from '../metrics/window-metrics.ts'
import { inboxItems } from '../inbox/inbox.ts'
import type { Onlooker } from '../dashboard-session.ts'
import type { ExportedRun, RecordDetail, SceneEvent } from '../protocol/protocol.ts'
import { briefDetail } from '../records/record-detail.ts'
import { embedRun } from './embed-run.ts'

/** Events and records that fit into a file that a browser opens at once. */
const mostEvents = 200_000
const mostRecordText = 20_000_000
const mostRecords = 2_000

/** The page as one file, with all that it shows in it. @throws StoreError */
export async function exportHtml(
  onlooker: Onlooker,
  sources: FigureSources,
  events: AsyncIterable<SceneEvent>,
  window: Partial<Window>,
): Promise<string> {
  const kept: SceneEvent[] = []
  for await (const event of events) {
    kept.push(event)
    // The newest are what was asked for, if not all can be had.
    if (kept.length > 2 * mostEvents) kept.splice(0, kept.length - mostEvents)
  }
  const shown = kept.slice(-mostEvents)
  const [session, agents, figures, inbox] = await Promise.all([
    onlooker.session(),
    onlooker.agents(),
    figuresOf(sources, window),
    inboxItems(onlooker.view),
  ])
  const records = await detailsOf(onlooker, shown)
  const run: ExportedRun = { session, agents, events: shown, figures, records, inbox, exportedAt: Date.now() }
  return embedRun(onlooker.options.files, run, (text) => hash('sha256', text, 'base64'))
}

/** The records that were written, the newest first, as long as there is room. */
async function detailsOf({ view }: Onlooker, events: readonly SceneEvent[]): Promise<readonly RecordDetail[]> {
  const details: RecordDetail[] = []
  const known = new Set<string>()
  let room = mostRecordText
  for (const event of events.toReversed()) {
    if (event.type !== 'written' || details.length >= mostRecords || room <= 0) continue
    const name = `${event.collection}/${event.id}`
    if (known.has(name)) continue
    known.add(name)
    // One that is gone, or was put above the person's clearance, is left out.
    const detail = await briefDetail(view, event.collection, event.id).catch(() => undefined)
    if (!detail) continue
    details.push(detail)
    room -= detail.value.length + (detail.content?.text.length ?? 0)
  }
  return details
}
