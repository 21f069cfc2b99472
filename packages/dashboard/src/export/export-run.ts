import { OptionError } from '@skein/memory'

import type { FigureSources } from '../metrics/metrics.ts'
import type { Window } from '../metrics/window-metrics.ts'
import type { Onlooker } from '../dashboard-session.ts'
import type { ExportFormat, SceneEvent } from '../protocol/protocol.ts'
import { eventsAfter } from '../stream/page-events.ts'
import { parsePosition } from '../stream/position.ts'
import { chromeTrace } from './chrome-trace.ts'
import { exportHtml } from './export-html.ts'

const mediaTypes: Readonly<Record<ExportFormat, string>> = {
  html: 'text/html; charset=utf-8',
  jsonl: 'application/jsonl; charset=utf-8',
  trace: 'application/json',
}

/** Entries of the feed that are read at once. */
const pageSize = 1_000

/**
 * A run to take along, as the person may see it.
 *
 * @throws StoreError before it begins; afterwards the answer breaks off.
 */
export async function exportRun(
  onlooker: Onlooker,
  sources: FigureSources,
  format: ExportFormat,
  window: Partial<Window>,
): Promise<Response> {
  const { first } = await onlooker.session()
  const events = eventsIn(onlooker, first, window)
  const name = `skein-run-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`
  const headers = {
    'Content-Type': mediaTypes[format],
    // Never shown as a page of ours.
    'Content-Disposition': `attachment; filename="${name}.${format === 'trace' ? 'trace.json' : format}"`,
    'Content-Security-Policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
  }
  if (format === 'html') return new Response(await exportHtml(onlooker, sources, events, window), { headers })
  const texts = format === 'jsonl' ? jsonLines(events) : chromeTrace(events)
  return new Response(ReadableStream.from(encoded(texts)), { headers })
}

/** @throws OptionError for a format that there is not. */
export function parseFormat(given: string | undefined): ExportFormat {
  if (given === 'html' || given === 'jsonl' || given === 'trace') return given
  throw new OptionError('format', 'html, jsonl or trace', given)
}

/** All events of a window up to now, in order. */
async function* eventsIn(
  { hub }: Onlooker,
  first: string,
  { since = 0, until = Number.POSITIVE_INFINITY }: Partial<Window>,
): AsyncGenerator<SceneEvent, void, undefined> {
  const last = await hub.view.feed.last()
  for (let after = parsePosition(first, hub.life); ;) {
    const { events, next, hasMore } = await eventsAfter(hub, after, pageSize)
    for (const event of events) if (event.at >= since && event.at < until) yield event
    after = parsePosition(next, hub.life)
    if (!hasMore || after.seq >= last) return
  }
}

async function* jsonLines(events: AsyncIterable<SceneEvent>): AsyncGenerator<string, void, undefined> {
  for await (const event of events) yield `${JSON.stringify(event)}\n`
}

/** In pieces of some size: a chunk for each event would cost more than the event. */
async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array, void, undefined> {
  let waiting = ''
  for await (const text of texts) {
    waiting += text
    if (waiting.length < 65_536) continue
    yield Buffer.from(waiting)
    waiting = ''
  }
  if (waiting !== '') yield Buffer.from(waiting)
}
