import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'

import { builtPage } from '../../page/build.ts'
import { applyEvent } from '../../page/state/apply-event.ts'
import { emptyScene } from '../../page/state/scene.ts'
import { securityHeaders } from '../../src/http/security-headers.ts'
import type { Frame, SceneEvent, Session } from '../../src/protocol/protocol.ts'
import { answerOf } from './fixture-answers.ts'
import type { FixtureEvent } from './fixture-flock.ts'
import type { FixtureContents, FixtureState } from './fixture-state.ts'

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

/**
 * A server that speaks `protocol.ts` and knows nothing of the memory: for tests
 * of the page alone. It can be stopped and started again on its port.
 */
export class FixtureServer implements FixtureState, AsyncDisposable {
  readonly scene = emptyScene()
  readonly events: SceneEvent[] = []
  readonly contents: FixtureContents = { values: new Map(), contents: new Map(), inbox: new Map() }
  /** Requests that came in, as `GET /path`. */
  readonly requests: string[] = []
  readonly #streams = new Map<ServerResponse, number>()
  #server: Server | undefined
  #timer: NodeJS.Timeout | undefined
  port = 0

  get url(): string {
    return `http://127.0.0.1:${this.port}/`
  }

  async start(): Promise<this> {
    const server = createServer((request, response) => void this.#answer(request, response))
    this.#server = server
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve))
    this.port = (server.address() as AddressInfo).port
    this.#timer = setInterval(() => this.#flush(), 50)
    return this
  }

  /** Gone at once, with all streams. What is emitted meanwhile is kept. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#streams.clear()
    const server = this.#server
    if (!server) return
    this.#server = undefined
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }

  emit(events: readonly FixtureEvent[]): void {
    for (const event of events) {
      const placed = { ...event, position: `${this.events.length + 1}` } as SceneEvent
      this.events.push(placed)
      applyEvent(this.scene, placed)
    }
  }

  get session(): Session {
    return {
      principal: {
        id: 'ada',
        role: 'operator',
        level: 'confidential',
        compartments: [],
      },
      space: 'demo',
      store: 'fixture',
      isLive: true,
      mayAnswer: true,
      maySeeAudit: true,
      first: '0',
      last: `${this.events.length}`,
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url)
    this.requests.push(`${request.method} ${url.pathname}`)
    if (url.pathname === '/api/stream') return this.#stream(request, response, url)
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    if (!url.pathname.startsWith('/api/')) return serveFile(url.pathname, response)
    const body = await bodyOf(request)
    const { status, value } = answerOf(this, { method: request.method ?? 'GET', url, body })
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }

  #stream(request: IncomingMessage, response: ServerResponse, url: URL): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write('retry: 300\n\n')
    const after = request.headers['last-event-id'] ?? url.searchParams.get('after') ?? '0'
    this.#streams.set(response, Number(after))
    response.on('close', () => this.#streams.delete(response))
  }

  #flush(): void {
    for (const [stream, sent] of this.#streams) {
      const events = this.events.slice(sent)
      if (events.length === 0) continue
      this.#streams.set(stream, this.events.length)
      const frame: Frame = { events, dropped: 0, now: Date.now() }
      stream.write(`event: frame\nid: ${this.events.length}\ndata: ${JSON.stringify(frame)}\n\n`)
    }
  }
}

function serveFile(path: string, response: ServerResponse): void {
  const name = normalize(path === '/' ? '/index.html' : path)
  try {
    const content = readFileSync(join(builtPage, name))
    response.writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream' }).end(content)
  } catch {
    response.writeHead(404).end()
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}
