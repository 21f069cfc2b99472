import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

import { serve } from '@hono/node-server'
import { requireInteger, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { ConnectionGate } from './access/connection-gate.ts'
import { buildInCheckout } from './build-in-checkout.ts'
import { dashboardKinds } from './dashboard-options.ts'
import type { DashboardOptions } from './dashboard-options.ts'
import { dashboard } from './dashboard.ts'
import type { Dashboard } from './dashboard.ts'

/** Options of {@link serveDashboard}. */
export interface ServeDashboardOptions extends Omit<DashboardOptions, 'hosts' | 'basePath'> {
  /**
   * The TCP port; 0 for any free one.
   *
   * @defaultValue 0
   */
  readonly port?: number
}

/** A dashboard with a server of its own. */
export interface ServedDashboard extends Omit<Dashboard, 'handler'> {
  /** The link to open: the address with the token after `#`, which browsers send to no server. */
  readonly url: string
  readonly port: number
}

const { hosts: _, basePath: __, ...shared } = dashboardKinds
const kinds: OptionKinds<ServeDashboardOptions> = { ...shared, port: 'any' }

/** Beyond this number of connections the server refuses more: it keeps far fewer of those who have no token. */
const maxConnections = 2_048

/** How long closing streams may take to deliver their last event, in milliseconds. */
const closeGraceMs = 500

/**
 * Serves a dashboard on the loopback interface, which other machines cannot reach.
 *
 * @throws OptionError; an error with the code `EADDRINUSE` when the port is taken.
 *
 * @example
 * ```ts no-run
 * import { openMemory } from '@skein/memory'
 * import { serveDashboard } from '@skein/dashboard'
 * import { sqliteStore } from '@skein/sqlite'
 *
 * const memory = await openMemory({ store: sqliteStore('flock.db') })
 * const board = await serveDashboard({ memory, principal: { id: 'ada', role: 'operator', rights: ['audit'] } })
 * console.log(board.url)
 * await memory.close()
 * ```
 */
export async function serveDashboard(given: ServeDashboardOptions): Promise<ServedDashboard> {
  const { port = 0, ...options } = requireOptions('serveDashboard', given, kinds)
  requireInteger('port', port, 0, 65_535)
  if (options.pageFolder === undefined) await buildInCheckout()
  const board = dashboard(options)
  try {
    const server = await listen(board, port)
    const address = server.address() as AddressInfo
    const close = async (): Promise<void> => {
      await board.close()
      await closeServer(server)
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
    let gate: ConnectionGate | undefined
    const server = serve(
      {
        fetch: async (request, { incoming }) => {
          // An address with a host of its own contradicts `Host`, or belongs to a proxy, which this server is not.
          if (!incoming.url?.startsWith('/')) return new Response(undefined, { status: 400 })
          const response = await board.handler(request)
          // The page itself is for everybody, and a login that failed is one of a stranger.
          if (response.ok && incoming.url.startsWith('/api/')) gate?.welcome(incoming.socket as Socket)
          return response
        },
        hostname: '127.0.0.1',
        port,
        serverOptions: {
          headersTimeout: 10_000,
          requestTimeout: 30_000,
          keepAliveTimeout: 5_000,
          connectionsCheckingInterval: 2_000,
          maxHeaderSize: 16_384,
        },
      },
      () => {
        server.off('error', reject)
        resolve(server)
      },
    ) as Server
    gate = new ConnectionGate(server)
    server.maxConnections = maxConnections
    server.once('error', reject)
  })
}

/** All streams have ended by now; connections that stay open are cut after a grace period. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), closeGraceMs).unref()
  })
}
