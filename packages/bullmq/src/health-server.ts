import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The health of a worker, as probes read it. */
export interface Health {
  /** Why it can take no work; absent when it can. */
  readonly problem?: string
  readonly running: number
}

/**
 * Answers probes: `/health` as long as the process works, `/ready` while it takes work.
 *
 * @example
 * ```ts
 * import { HealthServer } from '@skein/bullmq'
 *
 * const server = await HealthServer.open({ host: '127.0.0.1', port: 0 }, () => ({ running: 3 }))
 * const response = await fetch(`http://127.0.0.1:${server.port}/ready`)
 * await response.json() // => { running: 3 }
 * await server.close()
 * ```
 */
export class HealthServer {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  /** @throws what Node throws where nobody can listen there. */
  static async open(
    { port, host }: { readonly port: number; readonly host: string },
    look: () => Health,
  ): Promise<HealthServer> {
    const server = createServer(({ url = '/' }, response) => {
      const path = url.split('?', 1)[0]
      const isKnown = path === '/health' || path === '/ready'
      const health = look()
      const isReady = path === '/health' || health.problem === undefined
      response.writeHead(isKnown ? (isReady ? 200 : 503) : 404, { 'content-type': 'application/json' })
      response.end(`${JSON.stringify(isKnown ? health : { problem: 'Ask /health or /ready.' })}\n`)
    })
    server.listen(port, host)
    await once(server, 'listening')
    return new HealthServer(server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
