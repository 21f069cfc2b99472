import type { Server } from 'node:http'

import { getRequestListener } from '@hono/node-server'
import type { Dashboard } from '@skein/dashboard'
import fastify from 'fastify'

/** An app of Fastify with the dashboard at `/flock`; the dashboard's `basePath` is the same. */
export async function fastifyApp(board: Dashboard): Promise<Server> {
  const app = fastify()
  app.get('/', async () => 'The app')
  await app.register(async (scope) => {
    // The dashboard reads bodies itself.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_, __, done) => done(null))
    const listener = getRequestListener(board.handler)
    for (const url of ['/flock', '/flock/*']) {
      scope.all(url, (request, reply) => {
        reply.hijack()
        return listener(request.raw, reply.raw)
      })
    }
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server
}
