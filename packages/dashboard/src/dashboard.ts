import { Hono } from 'hono'
import type { Context, Next } from 'hono'
import { getCookie } from 'hono/cookie'

import { isOurFault, problemOf, RefusedError } from './http/problem.ts'
import { addressFault } from './access/same-site.ts'
import { securityHeaders } from './http/security-headers.ts'
import { addApi } from './api.ts'
import { resolveDashboardOptions } from './dashboard-options.ts'
import type { DashboardOptions, ResolvedDashboardOptions } from './dashboard-options.ts'
import { Onlooker } from './dashboard-session.ts'
import { readJson } from './http/read-json.ts'

/** A token is not longer, in bytes of JSON text. */
const largestLogin = 1_000

/** A dashboard, to be mounted or served. */
export interface Dashboard extends AsyncDisposable {
  /** Answers a request; never rejects. */
  readonly handler: (request: Request) => Promise<Response>
  /** The secret that opens the page: `<address>#token=<token>`. */
  readonly token: string
  /** Pages that look on now. */
  readonly streams: number
  /** Ends all streams and stops looking on; memory and flock go on. Twice does no harm. */
  close(): Promise<void>
}

/**
 * Makes a dashboard of a memory, and of the flock that works on it: a
 * web-standard handler to mount in any app.
 *
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { mapStore, openMemory } from '@skein/memory'
 * import { dashboard } from '@skein/dashboard'
 *
 * await using memory = await openMemory({ store: mapStore() })
 * await using board = dashboard({ memory, principal: { id: 'ada', role: 'operator' }, basePath: '/flock' })
 * const stranger = await board.handler(new Request('http://localhost/flock/api/session', { headers: { host: 'localhost' } }))
 * stranger.status // => 401
 * ```
 */
export function dashboard(options: DashboardOptions): Dashboard {
  const resolved = resolveDashboardOptions(options)
  const onlooker = new Onlooker(resolved)
  const app = makeApp(resolved, onlooker)
  let isClosed = false
  const close = (): Promise<void> => {
    if (!isClosed) onlooker.close()
    isClosed = true
    return Promise.resolve()
  }
  return {
    handler: async (request) => app.fetch(request),
    token: resolved.secret.token,
    get streams() {
      return onlooker.desk.size
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function makeApp(options: ResolvedDashboardOptions, onlooker: Onlooker): Hono {
  const { basePath, secret, files } = options
  const app = new Hono().basePath(basePath.slice(0, -1) || '/')
  app.onError((error) => answerProblem(error))
  app.notFound(() => answerProblem(new RefusedError(404, 'DASHBOARD_NOT_FOUND', 'There is nothing here.')))
  app.use('*', async (context, next) => {
    requireAddress(context, options.hosts)
    await next()
    for (const [name, value] of Object.entries(securityHeaders)) {
      // An exported page brings a policy of its own.
      if (!context.res.headers.has(name)) context.res.headers.set(name, value)
    }
  })
  app.post('/api/login', async (context) => {
    const { token } = ((await readJson(context.req.raw, largestLogin)) ?? {}) as { token?: unknown }
    if (typeof token !== 'string' || !secret.isToken(token)) throw noToken()
    const isSecure = new URL(context.req.url).protocol === 'https:'
    return context.body(null, 204, { 'Set-Cookie': secret.cookie(basePath, isSecure), 'Cache-Control': 'no-store' })
  })
  app.use('/api/*', async (context, next) => {
    if (!(await isLetIn(context, options))) throw noToken()
    await next()
    if (!context.res.headers.has('Cache-Control')) context.res.headers.set('Cache-Control', 'no-store')
  })
  addApi(app, onlooker)
  app.get('*', async (context, next) => serveFile(context, next, basePath, files))
  return app
}

/** @throws RefusedError when the request is for another host, or from another site. */
function requireAddress({ req }: Context, hosts: readonly string[] | undefined): void {
  const address = { host: req.header('host') ?? new URL(req.url).host, origin: req.header('origin') }
  const fault = addressFault({ ...address, fetchSite: req.header('sec-fetch-site') }, hosts)
  if (fault === 'host') {
    throw new RefusedError(403, 'DASHBOARD_HOST', 'This dashboard has another name. Open the link as it was printed.')
  }
  if (fault === 'origin') {
    throw new RefusedError(403, 'DASHBOARD_ORIGIN', 'Another site must not ask this dashboard.')
  }
}

async function isLetIn(context: Context, { secret, authenticate }: ResolvedDashboardOptions): Promise<boolean> {
  if (authenticate) return authenticate(context.req.raw)
  const cookie = getCookie(context, secret.cookieName)
  if (cookie !== undefined && secret.isCookie(cookie)) return true
  // Programs need no cookie.
  const bearer = /^Bearer (\S+)$/.exec(context.req.header('authorization') ?? '')?.[1]
  return bearer !== undefined && secret.isToken(bearer)
}

async function serveFile(
  context: Context,
  next: Next,
  basePath: string,
  files: ResolvedDashboardOptions['files'],
): Promise<Response | void> {
  const { pathname } = new URL(context.req.url)
  // The page asks relatively to its folder.
  if (`${pathname}/` === basePath) return context.redirect(basePath, 308)
  const file = files.get(pathname.slice(basePath.length))
  if (!file || pathname.startsWith(`${basePath}api/`)) return next()
  return context.body(file.bytes, 200, {
    'Content-Type': file.mediaType,
    'Cache-Control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  })
}

function noToken(): RefusedError {
  return new RefusedError(401, 'DASHBOARD_TOKEN', 'Open the link that the dashboard printed when it started.')
}

function answerProblem(error: unknown): Response {
  const { status, problem } = problemOf(error)
  if (isOurFault(status)) process.emitWarning(error instanceof Error ? error : String(error))
  const headers = { ...securityHeaders, 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
  return new Response(JSON.stringify(problem), { status, headers })
}
