import type { Agent, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'

/** What a server replied: the status and the headers; its body is still to come. */
export interface HttpReply {
  readonly url: URL
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: AsyncIterable<Buffer>
}

/** No connection, or one that broke. It has no cause, which may contain headers. */
export class ConnectionError extends Error {
  /** Whether the whole request had gone out: then the server may have answered it, and bill. */
  readonly wasSent: boolean
  /** Node's code: `ECONNREFUSED`, `CERT_HAS_EXPIRED`. */
  readonly code: string | undefined
  readonly url: URL

  constructor(url: URL, wasSent: boolean, error: unknown) {
    super('The connection failed.')
    this.url = url
    this.wasSent = wasSent
    this.code = (error as NodeJS.ErrnoException).code
  }
}

/**
 * Servers drop idle connections, many after five seconds. A request on a connection that is just
 * being dropped is lost, and nobody knows whether it was answered: so none waits that long.
 */
const idleMs = 4_000
const settings = {
  keepAlive: true,
  timeout: idleMs,
  ...(process.env['NODE_USE_ENV_PROXY'] === '1' && { proxyEnv: process.env }),
}

/**
 * By protocol. Made for the first request, and not imported: with `import`, node:http loads all of `fetch`, which takes
 * longer than a program without a server's model takes to start.
 */
const agents = new Map<string, Agent>()

/**
 * Sends a request, and resolves when the reply begins. It has no time-outs of its own, unlike
 * `fetch`, which gives up after five minutes whatever its caller wants; and it follows no
 * redirects, which would carry the key elsewhere.
 *
 * @param signal - Ends it, until the body has been read.
 * @throws ConnectionError, also when the signal ends it.
 */
export function postJson(
  url: URL,
  headers: OutgoingHttpHeaders,
  body: string,
  signal: AbortSignal,
): Promise<HttpReply> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpReply>()
  const isTls = url.protocol === 'https:'
  const bytes = Buffer.from(body)
  const sent = {
    ...headers,
    'content-type': 'application/json',
    'content-length': bytes.length,
  }
  const client = process.getBuiltinModule(isTls ? 'node:https' : 'node:http')
  const agent = agents.get(url.protocol) ?? new client.Agent(settings)
  agents.set(url.protocol, agent)
  const request = client.request(url, { method: 'POST', headers: sent, agent })
  // Without an error: between two requests, nobody listens to those of a connection.
  const abort = (): void => void request.destroy()
  const release = (): void => signal.removeEventListener('abort', abort)
  signal.addEventListener('abort', abort, { once: true })
  request.on('error', (error) => {
    release()
    reject(new ConnectionError(url, request.writableFinished, error))
  })
  request.on('response', (response) => {
    const { statusCode = 0, headers: received } = response
    resolve({ url, status: statusCode, headers: received, body: readBody(url, response, release) })
  })
  if (signal.aborted) abort()
  else request.end(bytes)
  return promise
}

/** No answer of a model is longer: a server that sends more is out of its mind. */
const maxBytes = 64 * 1024 * 1024

async function* readBody(url: URL, response: IncomingMessage, release: () => void): AsyncGenerator<Buffer> {
  let bytes = 0
  try {
    for await (const chunk of response.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length
      if (bytes > maxBytes) throw new SyntaxError('The body is too long.')
      yield chunk as Buffer
    }
  } catch (error) {
    throw error instanceof SyntaxError ? error : new ConnectionError(url, true, error)
  } finally {
    release()
    if (!response.closed) drain(response)
  }
}

/** How long a body that nobody reads any more may take to end, in milliseconds. */
const drainMs = 1_000

/** Reads the rest of a body, mostly nothing, so that the connection can be used again. */
function drain(response: IncomingMessage): void {
  const timer = setTimeout(() => response.destroy(), drainMs).unref()
  response.once('close', () => clearTimeout(timer))
  // Where the connection breaks now, nothing is lost.
  response.on('error', () => {})
  response.resume()
}
