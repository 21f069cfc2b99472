import { serve } from '@hono/node-server'
import type { ServerType } from '@hono/node-server'
import type { Dashboard } from '@skein/dashboard'
import { Hono } from 'hono'

/** An app of Hono with the dashboard at `/flock`; the dashboard's `basePath` is the same. */
export function honoApp(board: Dashboard): ServerType {
  const app = new Hono()
  app.get('/', (context) => context.text('The app'))
  app.all('/flock', (context) => board.handler(context.req.raw))
  app.all('/flock/*', (context) => board.handler(context.req.raw))
  return serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
}
