import { warn } from '@skein/memory/runtime'
import { Hono } from 'hono'
import type { Context, Next } from 'hono'

import { login, requireAuthentication } from './access/authentication.ts'
import { requireSameSite } from './access/same-site.ts'
import { resolveDashboardOptions } from './dashboard-options.ts'
import type { DashboardOptions, ResolvedDashboardOptions } from './dashboard-options.ts'
import { HttpError, isServerError, problemOf } from './http/problem.ts'
import { securityHeaders } from './http/security-headers.ts'
import { Viewers } from './viewers.ts'

/** A dashboard, to be mounted or served. */
export interface Dashboard extends AsyncDisposable {
  /** Answers a request; never rejects. */
  readonly handler: (request: Request) => Promise<Response>
  /** The secret that opens the page: `<address>#token=<token>`. */
  readonly token: string
  /** The number of connected pages. */
  readonly streams: number
  /** Closes all streams and unsubscribes from the flock; memory and flock stay open. May be called twice. */
  close(): Promise<void>
}

/**
 * Makes a dashboard for a memory, and for the flock that works on it: a
 * web-standard handler to mount in any app.
 *
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { mapStore, openMemory } from '@skein/memory'
 * import { dashboard } from '@skein/dashboard'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const board = dashboard({ memory, principal: { id: 'ada', role: 'operator' }, basePath: '/flock' })
 * const stranger = await board.handler(new Request('http://localhost/flock/api/session', { headers: { host: 'localhost' } }))
 * stranger.status // => 401
 * await board.close()
 * await memory.close()
 * ```
 */
export function dashboard(options: DashboardOptions): Dashboard {
  const resolved = resolveDashboardOptions(options)
  const viewers = new Viewers(resolved, answerProblem)
  const app = makeApp(resolved, viewers)
  let isClosed = false
  const close = (): Promise<void> => {
    if (!isClosed) viewers.close()
    isClosed = true
    return Promise.resolve()
  }
  return {
    handler: async (request) => app.fetch(request),
    token: resolved.secret.token,
    get streams() {
      return viewers.streams
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function makeApp(options: ResolvedDashboardOptions, viewers: Viewers): Hono {
  const { basePath, hosts, files } = options
  const app = new Hono().basePath(basePath.slice(0, -1) || '/')
  app.onError((error) => answerProblem(error))
  app.notFound(() => answerProblem(new HttpError(404, 'DASHBOARD_NOT_FOUND', 'Nothing is served at this address.')))
  app.use('*', async (context, next) => {
    requireSameSite(context, hosts)
    await next()
    for (const [name, value] of Object.entries(securityHeaders)) {
      // An exported page has a policy of its own.
      if (!context.res.headers.has(name)) context.res.headers.set(name, value)
    }
  })
  app.post('/api/login', async (context) => login(context, options))
  app.all('/api/*', async (context) => {
    const principal = await requireAuthentication(context, options)
    const answer = await viewers.apiOf(principal).fetch(context.req.raw)
    if (!answer.headers.has('Cache-Control')) answer.headers.set('Cache-Control', 'no-store')
    return answer
  })
  app.get('*', async (context, next) => serveFile(context, next, basePath, files))
  return app
}

async function serveFile(
  context: Context,
  next: Next,
  basePath: string,
  files: ResolvedDashboardOptions['files'],
): Promise<Response | void> {
  const { pathname } = new URL(context.req.url)
  // The page's own addresses are relative to its folder.
  if (`${pathname}/` === basePath) return context.redirect(basePath, 308)
  const file = files.get(pathname.slice(basePath.length))
  if (!file || pathname.startsWith(`${basePath}api/`)) return next()
  return context.body(file.bytes, 200, {
    'Content-Type': file.mediaType,
    'Cache-Control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  })
}

function answerProblem(error: unknown): Response {
  const { status, problem } = problemOf(error)
  if (isServerError(status)) warn(error)
  const headers = { ...securityHeaders, 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
  return new Response(JSON.stringify(problem), { status, headers })
}
