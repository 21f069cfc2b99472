import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

import type { PrefixCache } from './prefix-cache.ts'
import { answerTo, contentOf, countTokens, vectorOf } from './server-answers.ts'
import type { WireRequest } from './server-answers.ts'

/** Something that goes wrong with one request. */
export type Fault =
  | { readonly kind: 'rate-limit'; readonly headers?: Readonly<Record<string, string>> }
  /** An answer of this status, whose message quotes prompt and key as real servers do. */
  | { readonly kind: 'error'; readonly status: number; readonly code?: string; readonly message?: string }
  /** The connection breaks before anything was answered. */
  | { readonly kind: 'reset' }
  /** It breaks after half of the body, or after so many pieces of a stream. */
  | { readonly kind: 'cut'; readonly pieces?: number }
  /** It breaks when the answer is complete, before the usage was sent. */
  | { readonly kind: 'cut-after-finish' }
  /** Nothing comes until the test says so, then the answer, or another fault. */
  | { readonly kind: 'silence'; readonly until: Promise<unknown>; readonly after?: Fault }
  /** Nothing comes after the first piece until the test says so. */
  | { readonly kind: 'stall'; readonly until: Promise<unknown> }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'body'; readonly body: unknown }
  /** A stream of these documents that ends as if all were well. */
  | { readonly kind: 'events'; readonly events: readonly object[] }
  | { readonly kind: 'usage'; readonly usage: unknown }
  | { readonly kind: 'refusal' }
  /** A right answer with this text. */
  | { readonly kind: 'text'; readonly text: string; readonly finish?: string }
  | { readonly kind: 'tool-call'; readonly name: string; readonly arguments: string }

/** A request that reached the server. */
export interface Reached {
  readonly path: string
  readonly body: WireRequest & Readonly<Record<string, unknown>>
  readonly authorization: string | undefined
  readonly headers: IncomingHttpHeaders
  /** The same for equal prompts, whether streamed or not. */
  readonly prompt: string
  /** When it came, by the monotonic clock of this process, in milliseconds. */
  readonly at: number
  /** Whether it was answered in full. */
  answered: boolean
}

/** Options of {@link OpenAIServer.start}. */
export interface ServerOptions {
  /** Time until the first byte, in milliseconds. */
  readonly delayMs?: number
  /** The only key that is let in; any when left out. */
  readonly key?: string
  /** Whether embeddings are sent as floats whatever was asked for, as local servers do. */
  readonly onlyFloats?: boolean
  readonly port?: number
  /** Whether it knows no `response_format`. */
  readonly refusesSchemas?: boolean
  /** Counts what prompts have in common, and tells it in the usage. */
  readonly cache?: PrefixCache
}

interface Answer {
  readonly text: string
  readonly refusal: string | null
  readonly tools: readonly object[]
  readonly finish: string
  readonly usage: unknown
}

/**
 * A server that speaks OpenAI's API over HTTP: chat completions and responses,
 * whole and streamed, embeddings. It counts what reaches it, and fails on demand.
 */
export class OpenAIServer implements AsyncDisposable {
  readonly reached: Reached[] = []
  readonly #server: Server
  readonly #options: ServerOptions
  readonly #faults: Fault[] = []
  readonly #events = new EventEmitter<{ reached: [Reached]; open: [number] }>().setMaxListeners(0)
  /** The most requests that were under way at the same time. */
  mostAtOnce = 0
  #open = 0

  private constructor(options: ServerOptions) {
    this.#options = options
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  static async start(options: ServerOptions = {}): Promise<OpenAIServer> {
    const server = new OpenAIServer(options)
    server.#server.listen(options.port ?? 0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`
  }

  /** The next requests fail so, one each. */
  fail(...faults: readonly Fault[]): void {
    this.#faults.push(...faults)
  }

  /** Faults that no request has met are none any more. */
  forgetFaults(): void {
    this.#faults.length = 0
  }

  /** How often each prompt came. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const { prompt } of this.reached) counts.set(prompt, (counts.get(prompt) ?? 0) + 1)
    return counts
  }

  /** Resolves when so many requests have come. */
  async whenReached(count: number): Promise<void> {
    while (this.reached.length < count) await once(this.#events, 'reached')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Reached['body']
    const { stream: _, stream_options: __, ...prompt } = body
    const { authorization } = request.headers
    const path = request.url ?? ''
    const entry: Reached = {
      path,
      body,
      authorization,
      headers: request.headers,
      prompt: JSON.stringify(prompt),
      at: performance.now(),
      answered: false,
    }
    this.reached.push(entry)
    this.#open += 1
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#open)
    this.#events.emit('reached', entry)
    response.on('finish', () => (entry.answered = true))
    try {
      await this.#answer(entry, response)
    } finally {
      this.#open -= 1
    }
  }

  async #answer(entry: Reached, response: ServerResponse): Promise<void> {
    const { key, delayMs = 0, cache } = this.#options
    const read = entry.body.messages && cache?.read(entry.body)
    const first = this.#faults.shift()
    if (first?.kind === 'silence') await first.until
    const fault = first?.kind === 'silence' ? first.after : first
    if (delayMs > 0) await sleep(delayMs)
    if (key !== undefined && entry.authorization !== `Bearer ${key}`) {
      return this.#error(entry, response, { kind: 'error', status: 401, code: 'invalid_api_key' })
    }
    if (this.#options.refusesSchemas && entry.body.response_format) {
      return this.#error(entry, response, { kind: 'error', status: 400, message: 'response_format is not supported' })
    }
    switch (fault?.kind) {
      case 'rate-limit':
        return this.#error(entry, response, { kind: 'error', status: 429, code: 'rate_limit_exceeded' }, fault.headers)
      case 'error':
        return this.#error(entry, response, fault)
      case 'reset':
        response.destroy()
        return
      case 'malformed':
        if (!entry.body.stream) return send(response, 200, `{"id": "x", "choices": [{"message": {"content": "cut of`)
        break
      case 'body':
        return send(response, 200, JSON.stringify(fault.body))
      case 'events':
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        for (const event of fault.events) await write(response, event)
        response.end('data: [DONE]\n\n')
        return
    }
    if (entry.path.endsWith('/embeddings')) return this.#embed(entry.body, response)
    const answer = answerOf(
      entry.body,
      fault,
      read && { prompt_tokens: read.input, prompt_tokens_details: { cached_tokens: read.cached } },
    )
    read?.keep()
    if (entry.path.endsWith('/responses')) return sendResponses(entry, answer, response, fault)
    if (entry.body.stream) return stream(entry.body, answer, response, fault)
    const text = JSON.stringify(completion(entry.body, answer))
    if (fault?.kind === 'cut') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      response.write(text.slice(0, text.length / 2), () => response.destroy())
      return
    }
    send(response, 200, text)
  }

  #error(
    { body, authorization }: Reached,
    response: ServerResponse,
    { status, code, message }: Extract<Fault, { kind: 'error' }>,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    const said = message ?? `No: ${authorization} may not ask ${JSON.stringify(body.messages ?? body)}.`
    response.setHeader('x-request-id', `req-${this.reached.length}`)
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    send(
      response,
      status,
      JSON.stringify({ error: { message: said, type: 'invalid_request_error', code: code ?? null } }),
    )
  }

  #embed(body: Reached['body'], response: ServerResponse): void {
    const texts = [body['input']].flat() as string[]
    const asFloats = this.#options.onlyFloats || body['encoding_format'] === 'float'
    const data = texts.map((text, index) => {
      const vector = vectorOf(text, body['dimensions'] as number | undefined)
      const embedding = asFloats ? vector : Buffer.from(Float32Array.from(vector).buffer).toString('base64')
      return { object: 'embedding', index, embedding }
    })
    const prompt_tokens = texts.reduce((sum, text) => sum + countTokens(text), 0)
    // Not in the order of asking: the index tells.
    const answer = {
      object: 'list',
      data: data.toReversed(),
      model: body.model,
      usage: { prompt_tokens, total_tokens: prompt_tokens },
    }
    send(response, 200, JSON.stringify(answer))
  }
}

function answerOf(asked: WireRequest, fault: Fault | undefined, counted: object = {}): Answer {
  const body = { ...asked, messages: messagesOf(asked) }
  const text = fault?.kind === 'text' ? fault.text : answerTo(body)
  const isTool = fault?.kind === 'tool-call'
  const isRefusal = fault?.kind === 'refusal'
  const prompt_tokens = countTokens(JSON.stringify(body.messages))
  const completion_tokens = countTokens(text)
  const usage = { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens, ...counted }
  return {
    text: isTool || isRefusal ? '' : text,
    refusal: isRefusal ? 'I would rather not say.' : null,
    tools: isTool
      ? [{ id: 'call_1', type: 'function', function: { name: fault.name, arguments: fault.arguments } }]
      : [],
    finish: isTool ? 'tool_calls' : fault?.kind === 'text' && fault.finish ? fault.finish : 'stop',
    usage: fault?.kind === 'usage' ? fault.usage : usage,
  }
}

/** The messages of either API, whose contents may be lists of parts. */
function messagesOf(body: WireRequest): WireRequest['messages'] {
  const { messages, input = [] } = body as Partial<WireRequest> & { readonly input?: WireRequest['messages'] }
  return (messages ?? input).map((message) => ({ ...message, content: contentOf(message.content) }))
}

function completion({ model }: WireRequest, { text, refusal, tools, finish, usage }: Answer): object {
  const called = tools.length > 0 ? { tool_calls: tools } : {}
  const message = { role: 'assistant', content: text === '' ? null : text, refusal, ...called }
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model,
    choices: [{ index: 0, message, finish_reason: finish, logprobs: null }],
    usage,
  }
}

async function stream(
  body: WireRequest,
  answer: Answer,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const { text, refusal, tools, finish, usage } = answer
  const chunk = (choices: readonly object[], rest: object = {}): Promise<void> =>
    write(response, {
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: body.model,
      choices,
      ...rest,
    })
  const delta = (part: object, finish_reason: string | null = null): Promise<void> =>
    chunk([{ index: 0, delta: part, finish_reason }])
  await delta({ role: 'assistant', content: '' })
  for (const [index, piece] of piecesOf(text).entries()) {
    if (fault?.kind === 'cut' && index === (fault.pieces ?? 1)) return void response.destroy()
    if (fault?.kind === 'stall' && index === 1) await fault.until
    await delta({ content: piece })
  }
  if (fault?.kind === 'malformed') return void response.end('data: {"choices": [{"del\n\n')
  if (refusal !== null) await delta({ refusal })
  for (const [index, tool] of tools.entries()) {
    const { id, function: called } = tool as { id: string; function: { name: string; arguments: string } }
    const half = Math.ceil(called.arguments.length / 2)
    const part = (some: object): Promise<void> => delta({ tool_calls: [{ index, ...some }] })
    await part({ id, type: 'function', function: { name: called.name, arguments: called.arguments.slice(0, half) } })
    await part({ function: { arguments: called.arguments.slice(half) } })
  }
  await delta({}, finish)
  if (fault?.kind === 'cut-after-finish') return void response.destroy()
  if (body.stream_options?.include_usage) await chunk([], { usage })
  response.end('data: [DONE]\n\n')
}

async function sendResponses(
  { body }: Reached,
  { text, refusal, tools, usage }: Answer,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  const content = refusal === null ? { type: 'output_text', text, annotations: [] } : { type: 'refusal', refusal }
  const output = [
    { type: 'message', id: 'msg-1', role: 'assistant', status: 'completed', content: [content] },
    ...tools.map((tool) => {
      const { id, function: called } = tool as { id: string; function: object }
      return { type: 'function_call', id: 'fc-1', call_id: id, ...called }
    }),
  ]
  const counts = usage as { prompt_tokens?: unknown; completion_tokens?: unknown }
  const whole = {
    id: 'resp-1',
    object: 'response',
    status: 'completed',
    model: body.model,
    output,
    usage: { input_tokens: counts.prompt_tokens, output_tokens: counts.completion_tokens },
  }
  if (!body.stream) return send(response, 200, JSON.stringify(whole))
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  await write(response, { type: 'response.created', response: { ...whole, status: 'in_progress', output: [] } })
  for (const [index, delta] of piecesOf(text).entries()) {
    if (fault?.kind === 'cut' && index === (fault.pieces ?? 1)) return void response.destroy()
    await write(response, {
      type: 'response.output_text.delta',
      delta,
      item_id: 'msg-1',
      output_index: 0,
      content_index: 0,
    })
  }
  await write(response, { type: 'response.completed', response: whole })
  response.end()
}

/** Each piece arrives before the next is sent, as from a model that takes its time. */
async function write(response: ServerResponse, event: object): Promise<void> {
  await new Promise<void>((resolve) => response.write(`data: ${JSON.stringify(event)}\n\n`, () => resolve()))
}

function piecesOf(text: string): string[] {
  const length = Math.max(1, Math.ceil(text.length / 4))
  return text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? []
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(text)
}
