import { OptionError } from '@skein/memory'
import type { Context, Hono } from 'hono'

import { RefusedError } from './http/problem.ts'
import { exportRun, parseFormat } from './export/export-run.ts'
import { figuresOf } from './metrics/metrics.ts'
import type { Window } from './metrics/window-metrics.ts'
import { actOnItem, inboxDetail, inboxItems, parseAction } from './inbox/inbox.ts'
import type { Onlooker } from './dashboard-session.ts'
import { readJson } from './http/read-json.ts'
import { listRecords } from './records/list-records.ts'
import { recordDetail } from './records/record-detail.ts'
import { eventsAfter } from './stream/page-events.ts'
import { parsePosition } from './stream/position.ts'

/** An answer to an escalation may be so long, in bytes. */
const largestAction = 1_000_000

/** Adds the requests that the page makes; who asks has been let in already. */
export function addApi(app: Hono, onlooker: Onlooker): void {
  const { view, hub, options } = onlooker
  const sources = { memory: options.memory, view, log: onlooker.log, queues: onlooker.queues, budgets: options.budgets }

  app.get('/api/session', async (context) => context.json(await onlooker.session()))
  app.get('/api/agents', async (context) => context.json(await onlooker.agents()))

  app.get('/api/stream', async (context) => {
    // A HEAD has no body, and would leave a stream that nobody reads.
    if (context.req.raw.method !== 'GET') throw new RefusedError(405, 'DASHBOARD_NOT_FOUND', 'Ask for it by GET.')
    const given = context.req.header('last-event-id') || context.req.query('after')
    const after = given ?? (await onlooker.now())
    const body = await onlooker.desk.open(parsePosition(after, hub.life))
    return context.body(body, 200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    })
  })

  app.get('/api/events', async (context) => {
    const given = context.req.query('after')
    const after = parsePosition(given ?? (await onlooker.session()).first, hub.life)
    return context.json(await eventsAfter(hub, after, wholeOf(context, 'limit', 500, 1_000)))
  })

  app.get('/api/records', async (context) => {
    const { collection, task, tag, author, q, cursor } = givenOf(context)
    const limit = wholeOf(context, 'limit', 50, 200)
    return context.json(await listRecords(view, { collection, task, tag, author, q, cursor, limit }))
  })
  // Names may hold slashes and line ends.
  app.get('/api/records/:collection/:id{[\\s\\S]+}', async (context) => {
    const { collection, id } = context.req.param()
    return context.json(await recordDetail(view, onlooker.seen, collection, id))
  })

  app.get('/api/figures', async (context) => context.json(await figuresOf(sources, windowOf(context))))
  app.get('/api/export', async (context) => {
    const format = parseFormat(context.req.query('format'))
    return exportRun(onlooker, sources, format, windowOf(context))
  })

  app.get('/api/inbox', async (context) => context.json(await inboxItems(view)))
  app.get('/api/inbox/:id', async (context) => context.json(await inboxDetail(view, context.req.param('id'))))
  app.post('/api/inbox/:id', async (context) => {
    if (!options.allowAnswers) {
      throw new RefusedError(403, 'DASHBOARD_READ_ONLY', 'This dashboard only shows. Open it with --allow-answers.')
    }
    const action = parseAction(await readJson(context.req.raw, largestAction))
    return context.json(await actOnItem(view, context.req.param('id'), action))
  })
}

/** Parameters that were given and are not empty. */
function givenOf(context: Context): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(context.req.query()).filter(([, value]) => value !== ''))
}

function windowOf(context: Context): Partial<Window> {
  const { since, until } = givenOf(context)
  return {
    ...(since !== undefined && { since: timeOf('since', since) }),
    ...(until !== undefined && { until: timeOf('until', until) }),
  }
}

function timeOf(name: string, given: string): number {
  const time = Number(given)
  if (!Number.isFinite(time) || time < 0) throw new OptionError(name, 'a time in Unix milliseconds', given)
  return time
}

/** Asking for more than there is in one answer is no fault: it gets less. */
function wholeOf(context: Context, name: string, usual: number, most: number): number {
  const given = context.req.query(name)
  if (given === undefined || given === '') return usual
  const whole = Number(given)
  if (!Number.isSafeInteger(whole) || whole < 1) throw new OptionError(name, 'a whole number above 0', given)
  return Math.min(whole, most)
}
