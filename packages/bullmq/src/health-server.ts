import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { listWorkers } from './list-workers.ts'
import type { ListWorkersOptions } from './list-workers.ts'

/** The health of a worker, as probes read it. */
export interface Health {
  /** Why it can take no work; absent when it can. */
  readonly problem?: string
  readonly running: number
}

/**
 * Answers probes: `/health` as long as the process works, `/ready` while it takes work. An autoscaler finds at `/queue`
 * how many jobs wait and run, over all activities and machines.
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

  /**
   * @param queue - Whose jobs are counted at `/queue`.
   * @throws what Node throws where nobody can listen there.
   */
  static async open(
    { port, host }: { readonly port: number; readonly host: string },
    look: () => Health,
    queue?: Pick<ListWorkersOptions, 'connection' | 'queue'>,
  ): Promise<HealthServer> {
    const answers: Readonly<Record<string, () => Answer | Promise<Answer>>> = {
      '/health': () => [200, look()],
      '/ready': () => [look().problem === undefined ? 200 : 503, look()],
      ...(queue && { '/queue': () => jobsOf(queue) }),
    }
    const unknown: Answer = [404, { problem: `Ask one of ${Object.keys(answers).join(', ')}.` }]
    const server = createServer(({ url = '/' }, response) => {
      const path = url.split('?', 1)[0] ?? ''
      const answer = Object.hasOwn(answers, path) ? answers[path]?.() : unknown
      void Promise.resolve(answer ?? unknown).then(([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(`${JSON.stringify(body)}\n`)
      })
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

type Answer = readonly [status: number, body: object]

async function jobsOf({
  connection,
  queue = 'default',
}: Pick<ListWorkersOptions, 'connection' | 'queue'>): Promise<Answer> {
  try {
    const { activities } = await listWorkers({ connection, queue })
    const sum = (of: 'waiting' | 'running'): number => activities.reduce((all, activity) => all + activity[of], 0)
    return [200, { waiting: sum('waiting'), running: sum('running') }]
  } catch {
    // What it says may contain a password.
    return [503, { problem: 'Redis cannot be reached.' }]
  }
}
