import { serve } from '@hono/node-server'
import type { ServerType } from '@hono/node-server'

import type { nextRoute } from './dashboard-next.ts'

/** Serves a route at `/flock/[[...path]]` as the app router of Next does, for the tests: Next itself takes a build. */
export function serveNextRoute(route: ReturnType<typeof nextRoute>): ServerType {
  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    if (pathname === '/') return new Response('The app')
    if (pathname !== '/flock' && !pathname.startsWith('/flock/')) return new Response(null, { status: 404 })
    // HEAD is answered by GET; of what the route does not export, Next says so itself.
    const handler = { GET: route.GET, HEAD: route.GET, POST: route.POST }[request.method]
    return handler ? handler(request) : new Response(null, { status: 405 })
  }
  return serve({ fetch: answer, port: 0, hostname: '127.0.0.1' })
}
