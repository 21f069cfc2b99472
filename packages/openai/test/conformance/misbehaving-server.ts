import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Asked, Served } from './served.ts'

/** One server for all behaviors: each has a path of its own. It counts what comes. */
export class MisbehavingServer implements AsyncDisposable {
  readonly #server: Server
  readonly #behaviors = new Map<string, (asked: Asked) => Served>()
  readonly #counts = new Map<string, number>()

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  static async start(): Promise<MisbehavingServer> {
    const server = new MisbehavingServer()
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  /** Gives a behavior a base URL. */
  serve(name: string, behavior: (asked: Asked) => Served): string {
    this.#behaviors.set(name, behavior)
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${name}/v1`
  }

  /** How many requests came for a behavior. */
  count(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { url: path = '', headers } = request
    const name = path.split('/')[1] ?? ''
    const count = this.count(name) + 1
    this.#counts.set(name, count)
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked['body']
    const served = this.#behaviors.get(name)?.({ path, headers, body, count })
    if (served) await send(response, served)
    else response.writeHead(404).end()
  }
}

async function send(response: ServerResponse, { status = 200, headers, chunks, after = 'end' }: Served): Promise<void> {
  if (status !== 0) response.writeHead(status, headers)
  for (const chunk of chunks) await new Promise<void>((resolve) => response.write(chunk, () => resolve()))
  if (after === 'end') response.end()
  if (after === 'break') response.destroy()
}
