import { OptionError } from '@skein/memory'
import { requireInteger } from '@skein/memory/runtime'
import type { Context, Hono } from 'hono'

import type { DashboardSession } from './dashboard-session.ts'
import { listRunRows } from './metrics/list-run-rows.ts'
import { exportRun, parseFormat } from './export/export-run.ts'
import { HttpError } from './http/problem.ts'
import { readJson } from './http/read-json.ts'
import { giveOrder, parseOrder } from './inbox/agent-order.ts'
import { parseAction, performAction } from './inbox/inbox-action.ts'
import { inboxDetail } from './inbox/inbox-detail.ts'
import { inboxItems } from './inbox/inbox-items.ts'
import { metricsOf } from './metrics/metrics.ts'
import { prometheusText } from './metrics/prometheus.ts'
import type { TimeWindow } from './metrics/window-metrics.ts'
import { listRecords } from './records/list-records.ts'
import { briefDetail, recordDetail } from './records/record-detail.ts'
import { eventsAfter } from './stream/page-events.ts'
import { parsePosition } from './stream/position.ts'

/** Larger answers to escalations, and orders to agents, are refused, in bytes. */
const maxActionBytes = 1_000_000

/** Adds the routes of `protocol/`. All requests that reach them are authenticated. */
export function addApi(app: Hono, session: DashboardSession): void {
  const { view, hub, options } = session

  app.get('/api/session', async (context) => context.json(await session.describe()))
  app.get('/api/agents', async (context) => context.json(await session.agents()))
  app.get('/api/runs', async (context) => context.json(await listRunRows(view)))

  app.get('/api/stream', async (context) => {
    // A HEAD request has no body, and would leave a stream without a reader.
    if (context.req.raw.method !== 'GET') throw new HttpError(405, 'DASHBOARD_NOT_FOUND', 'Expected a GET request.')
    const requested = context.req.header('last-event-id') || context.req.query('after')
    const after = requested ?? (await session.newestPosition())
    const body = await session.streams.open(parsePosition(after, hub.bootId), context.req.query('erasures'))
    return context.body(body, 200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    })
  })

  app.get('/api/events', async (context) => {
    const requested = context.req.query('after')
    const after = parsePosition(requested ?? (await session.describe()).first, hub.bootId)
    return context.json(await eventsAfter(hub, after, limitOf(context, 500, 1_000)))
  })

  app.get('/api/records', async (context) => {
    const { collection, task, tag, author, q, cursor } = parametersOf(context)
    const asOf = asOfOf(context)
    const limit = limitOf(context, 50, 200)
    return context.json(await listRecords(session.viewAsOf(asOf), { collection, task, tag, author, q, cursor, limit }))
  })
  // Ids may hold slashes and line breaks.
  app.get('/api/records/:collection/:id{[\\s\\S]+}', async (context) => {
    const { collection, id } = context.req.param()
    const asOf = asOfOf(context)
    if (asOf !== undefined) return context.json(await briefDetail(session.viewAsOf(asOf), collection, id))
    const detail = await recordDetail(view, session.recentVersions, collection, id)
    return context.json({ ...detail, ...session.traces.ofRecord(collection, id) })
  })

  app.get('/api/traces', (context) => context.json(session.traces.list(limitOf(context, 100, 500))))
  app.get('/api/traces/:id', (context) => {
    const trace = session.traces.get(context.req.param('id'))
    if (!trace) throw new HttpError(404, 'DASHBOARD_NOT_FOUND', 'This trace was not kept, or is no longer kept.')
    return context.json(trace)
  })

  app.get('/api/charts/:id{[\\s\\S]+}', async (context) => {
    return context.json(await session.charts.of(context.req.param('id')))
  })

  app.get('/api/metrics', async (context) => context.json(await metricsOf(session.metricSources, windowOf(context))))
  app.get('/api/prometheus', async (context) => {
    const [ledger, work] = await Promise.all([view.ledger(), session.metricSources.work?.look()])
    const text = prometheusText(options.memory.tracing.figures, ledger, work)
    return context.body(text, 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' })
  })
  app.get('/api/export', async (context) => {
    const format = parseFormat(context.req.query('format'))
    return exportRun(session, format, windowOf(context))
  })

  app.post('/api/agents/:id{[\\s\\S]+}', async (context) => {
    const order = parseOrder(await readJson(context.req.raw, maxActionBytes))
    await giveOrder(view, context.req.param('id'), order)
    return context.json({})
  })

  app.get('/api/inbox', async (context) => context.json(await inboxItems(view)))
  app.get('/api/inbox/:id', async (context) => context.json(await inboxDetail(view, context.req.param('id'))))
  app.post('/api/inbox/:id', async (context) => {
    if (!options.allowAnswers) {
      throw new HttpError(403, 'DASHBOARD_READ_ONLY', 'This dashboard is read-only. Start it with --allow-answers.')
    }
    const action = parseAction(await readJson(context.req.raw, maxActionBytes))
    return context.json(await performAction(view, context.req.param('id'), action))
  })
}

/** The query parameters that are not empty. */
function parametersOf(context: Context): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(context.req.query()).filter(([, value]) => value !== ''))
}

function windowOf(context: Context): Partial<TimeWindow> {
  const { since, until } = parametersOf(context)
  return {
    ...(since !== undefined && { since: timeOf('since', since) }),
    ...(until !== undefined && { until: timeOf('until', until) }),
  }
}

function asOfOf(context: Context): number | undefined {
  const { asOf } = parametersOf(context)
  return asOf === undefined ? undefined : timeOf('asOf', asOf)
}

function timeOf(name: string, text: string): number {
  const time = Number(text)
  if (!Number.isFinite(time) || time < 0) throw new OptionError(name, 'a time in Unix milliseconds', text)
  return time
}

/** A limit above `max` is no error: the answer is just shorter. */
function limitOf(context: Context, defaultLimit: number, max: number): number {
  const { limit } = parametersOf(context)
  if (limit === undefined) return defaultLimit
  const count = Number(limit)
  requireInteger('limit', count, 1)
  return Math.min(count, max)
}
