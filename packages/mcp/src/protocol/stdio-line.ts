import { Transform } from 'node:stream'
import type { Readable, TransformCallback, Writable } from 'node:stream'

import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'

/** A longer message is refused, in bytes. */
const maxLineBytes = 8_388_608

const parseError = -32_700
const invalidRequest = -32_600
/** As the SDK says it. */
const connectionClosed = -32_000

/** By the request with which a client wants to be told of changes, of 2025 or of 2026: the addresses in it. */
const subscribed: Readonly<Record<string, (params: SubscribeParams) => unknown>> = {
  'resources/subscribe': ({ uri }) => [uri],
  'subscriptions/listen': ({ notifications }) => notifications?.resourceSubscriptions,
}

/** Sent by a client, so that any of it may be missing. */
interface SubscribeParams {
  readonly uri?: unknown
  readonly notifications?: { readonly resourceSubscriptions?: unknown } | null
}

/** What the owner of a {@link StdioLine} is told. */
export interface StdioLineEvents {
  /** The client wants to be told of changes to what has these addresses. */
  onSubscribe(uris: readonly string[]): void
  /** The client has gone, or the line was closed. */
  onEnd(): void
}

/**
 * A transport over standard input and output that answers what it can't take, where the SDK's own would be silent or
 * close, and that answers all that was asked before the input ended.
 */
export class StdioLine implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: Transport['onmessage']
  readonly #inner: StdioServerTransport
  readonly #input: Readable
  readonly #guard: LineGuard
  readonly #events: StdioLineEvents
  /** Ids of requests that have no answer yet. */
  readonly #pending = new Set<string | number>()
  /** Ids of requests to the client that it has not answered yet. */
  readonly #asked = new Set<string | number>()
  #sent: Promise<void> = Promise.resolve()
  #onIdle: (() => void) | undefined

  constructor(input: Readable, output: Writable | undefined, events: StdioLineEvents) {
    this.#input = input
    this.#events = events
    this.#guard = new LineGuard(
      (code, message) =>
        // Whoever has left gets no answer.
        void this.#sendNext({ jsonrpc: '2.0', error: { code, message } } as JSONRPCMessage).catch(() => {}),
      (done) => this.#whenIdle(done),
    )
    this.#inner = new StdioServerTransport(this.#guard, output)
  }

  /** Resolves when the client has taken all that was sent so far, or could not. */
  get sent(): Promise<void> {
    return this.#sent
  }

  async start(): Promise<void> {
    const listeners: Partial<Transport> = {
      onclose: () => {
        this.onclose?.()
        this.#events.onEnd()
      },
      onerror: (error) => this.onerror?.(error),
      onmessage: (message) => this.#receive(message),
    }
    Object.assign(this.#inner, listeners)
    await this.#inner.start()
    this.#input.on('error', () => this.#guard.end()).pipe(this.#guard)
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if ('method' in message && 'id' in message) this.#asked.add(message.id)
    await this.#sendNext(message)
    if (this.#onIdle) this.#giveUpAsking()
    if ('method' in message || message.id === undefined) return
    this.#pending.delete(message.id)
    if (this.#pending.size === 0) this.#onIdle?.()
  }

  /** One after the other: the SDK listens twice to the output for each message that a slow client has not taken yet. */
  #sendNext(message: JSONRPCMessage): Promise<void> {
    const sent = this.#sent.then(() => this.#inner.send(message))
    // The sender gets the error; the next message only waits for the end.
    this.#sent = sent.catch(() => {})
    return sent
  }

  async close(): Promise<void> {
    this.#input.unpipe(this.#guard).pause()
    await this.#inner.close()
  }

  #receive(message: JSONRPCMessage): void {
    if ('method' in message) {
      if (Object.hasOwn(subscribed, message.method)) {
        const uris = subscribed[message.method]?.((message.params ?? {}) as SubscribeParams)
        if (Array.isArray(uris)) this.#events.onSubscribe(uris.filter((uri) => typeof uri === 'string'))
      }
      // A subscription is answered when it ends.
      if ('id' in message && message.method !== 'subscriptions/listen') this.#pending.add(message.id)
      if (message.method === 'notifications/cancelled') {
        const { requestId } = (message.params ?? {}) as { readonly requestId?: string | number }
        if (requestId !== undefined) this.#pending.delete(requestId)
      }
    } else if (message.id !== undefined) this.#asked.delete(message.id)
    this.onmessage?.(message)
  }

  #whenIdle(done: () => void): void {
    this.#onIdle = done
    if (this.#pending.size === 0) done()
    else this.#giveUpAsking()
  }

  /** Nobody is left to answer what the client was asked, such as a question to its user. */
  #giveUpAsking(): void {
    const ids = [...this.#asked]
    this.#asked.clear()
    for (const id of ids) {
      this.onmessage?.({ jsonrpc: '2.0', id, error: { code: connectionClosed, message: 'The client disconnected.' } })
    }
  }
}

/** Hands on lines that are JSON and not too long, and says what is wrong with others. */
class LineGuard extends Transform {
  readonly #refuse: (code: number, message: string) => void
  readonly #untilIdle: (done: () => void) => void
  #parts: Buffer[] = []
  #bytes = 0

  constructor(refuse: (code: number, message: string) => void, untilIdle: (done: () => void) => void) {
    super()
    this.#refuse = refuse
    this.#untilIdle = untilIdle
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let rest = chunk
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      this.#take(rest.subarray(0, end))
      this.#endLine()
      rest = rest.subarray(end + 1)
    }
    this.#take(rest)
    done()
  }

  override _flush(done: TransformCallback): void {
    if (this.#bytes > 0) this.#endLine()
    // The lines that were pushed reach their reader first.
    setImmediate(() => this.#untilIdle(done))
  }

  /** Keeps no more of a line than is allowed, however much comes. */
  #take(part: Buffer): void {
    this.#bytes += part.length
    if (this.#bytes <= maxLineBytes) this.#parts.push(part)
    else this.#parts = []
  }

  #endLine(): void {
    const isTooLong = this.#bytes > maxLineBytes
    const line = Buffer.concat(this.#parts)
    this.#parts = []
    this.#bytes = 0
    if (isTooLong) this.#refuse(invalidRequest, `A message has at most ${maxLineBytes} bytes. Send less at once.`)
    else if (line.length > 0 && !isMessage(line)) this.#refuse(parseError, 'Expected one JSON-RPC message per line.')
    else if (line.length > 0) this.push(Buffer.concat([line, Buffer.from('\n')]))
  }
}

/** Whether a line is a JSON object of JSON-RPC; the SDK looks at the rest. */
function isMessage(line: Buffer): boolean {
  try {
    const message: unknown = JSON.parse(line.toString('utf8'))
    return typeof message === 'object' && message !== null && 'jsonrpc' in message && message.jsonrpc === '2.0'
  } catch {
    return false
  }
}
