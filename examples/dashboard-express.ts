import type { Server } from 'node:http'

import { getRequestListener } from '@hono/node-server'
import type { Dashboard } from '@skein/dashboard'
import express from 'express'

/** An app of Express with the dashboard at `/flock`; the dashboard's `basePath` is the same. */
export function expressApp(board: Dashboard): Server {
  const app = express()
  // Before anything that reads bodies, such as `express.json()`. A route, unlike `use`, leaves the path whole.
  app.all('/flock{/*path}', getRequestListener(board.handler))
  app.use(express.json())
  app.get('/', (_, response) => void response.send('The app'))
  return app.listen(0, '127.0.0.1')
}
