import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { serve } from '@hono/node-server'
import { OptionError } from '@skein/memory'

import { buildInCheckout } from './build-in-checkout.ts'
import { dashboard } from './dashboard.ts'
import type { Dashboard } from './dashboard.ts'
import type { DashboardOptions } from './dashboard-options.ts'

/** Options of {@link serveDashboard}. */
export interface ServeDashboardOptions extends Omit<DashboardOptions, 'hosts' | 'basePath'> {
  /** @defaultValue 0: one that is free */
  readonly port?: number
}

/** A dashboard with a server of its own. */
export interface ServedDashboard extends Omit<Dashboard, 'handler'> {
  /** What to open: the address, with the token behind `#`, which no browser sends to a server. */
  readonly url: string
  readonly port: number
}

/** Connections at once: a page has a few, whoever opens thousands is refused. */
const mostConnections = 1_024

/**
 * Serves a dashboard on the loopback interface, which other machines can't reach.
 *
 * @throws OptionError; an error with the code `EADDRINUSE` when the port is taken.
 *
 * @example
 * ```ts no-run
 * import { openMemory } from '@skein/memory'
 * import { serveDashboard } from '@skein/dashboard'
 * import { sqliteStore } from '@skein/sqlite'
 *
 * await using memory = await openMemory({ store: sqliteStore('flock.db') })
 * const board = await serveDashboard({ memory, principal: { id: 'ada', role: 'operator', rights: ['audit'] } })
 * console.log(board.url)
 * ```
 */
export async function serveDashboard({ port = 0, ...options }: ServeDashboardOptions): Promise<ServedDashboard> {
  if (!Number.isSafeInteger(port) || port < 0 || port > 65_535) {
    throw new OptionError('port', 'a whole number from 0 to 65535', port)
  }
  if (options.pageFolder === undefined) await buildInCheckout()
  const board = dashboard(options)
  try {
    const server = await listen(board, port)
    const address = server.address() as AddressInfo
    const close = async (): Promise<void> => {
      await board.close()
      await closed(server)
    }
    return {
      url: `http://127.0.0.1:${address.port}/#token=${board.token}`,
      port: address.port,
      token: board.token,
      get streams() {
        return board.streams
      },
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await board.close()
    throw error
  }
}

function listen(board: Dashboard, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: (request) => board.handler(request),
        hostname: '127.0.0.1',
        port,
        serverOptions: {
          headersTimeout: 10_000,
          requestTimeout: 30_000,
          keepAliveTimeout: 5_000,
          maxHeaderSize: 16_384,
        },
      },
      () => {
        server.off('error', reject)
        resolve(server)
      },
    ) as Server
    server.maxConnections = mostConnections
    server.once('error', reject)
  })
}

/** Streams have said goodbye by now; who keeps a connection open all the same is cut off. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), graceMs).unref()
  })
}

/** How long what was said last may take to arrive, in milliseconds. */
const graceMs = 500
