import { OptionError } from '@skein/memory'

import type { TimeWindow } from '../metrics/window-metrics.ts'
import type { ExportFormat, SceneEvent } from '../protocol/protocol.ts'
import { eventsAfter } from '../stream/page-events.ts'
import { parsePosition } from '../stream/position.ts'
import { chromeTrace } from './chrome-trace.ts'
import { exportHtml } from './export-html.ts'
import type { ExportSource } from './export-source.ts'

const mediaTypes: Readonly<Record<ExportFormat, string>> = {
  html: 'text/html; charset=utf-8',
  jsonl: 'application/jsonl; charset=utf-8',
  trace: 'application/json',
}

/** Entries of the feed per read. */
const pageSize = 1_000

/** Bytes per chunk of an answer: a chunk for each event would cost more than the event. */
const chunkLength = 65_536

/**
 * Answers with a run as a download, as far as the viewer may see it.
 *
 * @throws StoreError before the answer begins; a later failure breaks it off.
 */
export async function exportRun(
  source: ExportSource,
  format: ExportFormat,
  window: Partial<TimeWindow>,
): Promise<Response> {
  const { first } = await source.describe()
  const events = eventsIn(source, first, window)
  const name = `skein-run-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`
  const headers = {
    'Content-Type': mediaTypes[format],
    // Browsers must never show it as a page of this server.
    'Content-Disposition': `attachment; filename="${name}.${format === 'trace' ? 'trace.json' : format}"`,
    'Content-Security-Policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
  }
  if (format === 'html') return new Response(await exportHtml(source, events, window), { headers })
  const texts = format === 'jsonl' ? jsonLines(events) : chromeTrace(events)
  return new Response(ReadableStream.from(encodeChunks(texts)), { headers })
}

/** @throws OptionError for an unknown format. */
export function parseFormat(format: string | undefined): ExportFormat {
  if (format === 'html' || format === 'jsonl' || format === 'trace') return format
  throw new OptionError('format', 'html, jsonl or trace', format)
}

/** All events of a window up to now, in order. */
async function* eventsIn(
  { hub }: ExportSource,
  first: string,
  { since = 0, until = Number.POSITIVE_INFINITY }: Partial<TimeWindow>,
): AsyncGenerator<SceneEvent, void, undefined> {
  const last = await hub.view.feed.last()
  for (let after = parsePosition(first, hub.bootId); ;) {
    const { events, next, hasMore } = await eventsAfter(hub, after, pageSize)
    for (const event of events) if (event.at >= since && event.at < until) yield event
    after = parsePosition(next, hub.bootId)
    if (!hasMore || after.seq >= last) return
  }
}

async function* jsonLines(events: AsyncIterable<SceneEvent>): AsyncGenerator<string, void, undefined> {
  for await (const event of events) yield `${JSON.stringify(event)}\n`
}

async function* encodeChunks(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array, void, undefined> {
  let waiting = ''
  for await (const text of texts) {
    waiting += text
    if (waiting.length < chunkLength) continue
    yield Buffer.from(waiting)
    waiting = ''
  }
  if (waiting !== '') yield Buffer.from(waiting)
}
