import { answerTo, countTokens, isInWords, vectorOf, withoutForm } from '../server-answers.ts'
import type { WireRequest } from '../server-answers.ts'

/** A request as a behavior sees it. */
export interface Asked {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: WireRequest & Readonly<Record<string, unknown>>
  /** How many requests of this call came, this one included. */
  readonly count: number
}

/** What a server does with a request. */
export interface Served {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Sent in these pieces, each on its own. */
  readonly chunks: readonly (string | Buffer)[]
  /** What follows the last piece. */
  readonly after?: 'end' | 'break' | 'silence'
}

export const isEmbedding = ({ path }: Asked): boolean => path.endsWith('/embeddings')
export const isStream = ({ body }: Asked): boolean => body.stream === true

/** A whole answer of JSON. */
export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Served {
  return { status, headers: { 'content-type': 'application/json', ...headers }, chunks: [JSON.stringify(value)] }
}

/** An error in OpenAI's form. */
export function refuse(
  status: number,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Served {
  return json(
    { error: { message, type: 'invalid_request_error', param: null, code: null, ...details } },
    status,
    headers,
  )
}

/** How an answer differs from the usual one. */
export interface Twist {
  readonly text?: (text: string) => string
  /** The message, or the delta of a stream, that carries a piece of the text. */
  readonly message?: (text: string) => object
  readonly finish?: unknown
  readonly usage?: unknown
  /** Changes the events of a stream. */
  readonly events?: (events: readonly object[]) => readonly object[]
  /** Changes the text of a stream as it is sent. */
  readonly sent?: (lines: string) => string | readonly (string | Buffer)[]
  /** @defaultValue true */
  readonly done?: boolean
  readonly type?: string
  readonly after?: Served['after']
}

/** The right answer to a request, with a twist. */
export function answer(asked: Asked, twist: Twist = {}): Served {
  if (isEmbedding(asked)) return json(vectors(asked))
  return isStream(asked) ? stream(asked, twist) : whole(asked, twist)
}

export function whole({ body }: Asked, twist: Twist = {}): Served {
  const { text, usage } = contentOf(body, twist)
  const message = { role: 'assistant', content: text, ...twist.message?.(text) }
  const finish_reason = twist.finish === undefined ? 'stop' : twist.finish
  return json({ ...head(body), object: 'chat.completion', choices: [{ index: 0, message, finish_reason }], usage })
}

export function stream({ body }: Asked, twist: Twist = {}): Served {
  const { text, usage } = contentOf(body, twist)
  const { finish = 'stop', done = true, type = 'text/event-stream', after = 'end' } = twist
  const event = (choice: object): object => ({
    ...head(body),
    object: 'chat.completion.chunk',
    choices: [{ index: 0, finish_reason: null, ...choice }],
  })
  const half = Math.ceil(text.length / 2)
  const events: readonly object[] = [
    event({ delta: { role: 'assistant', content: '' } }),
    ...[text.slice(0, half), text.slice(half)].map((piece) =>
      event({ delta: twist.message?.(piece) ?? { content: piece } }),
    ),
    event({ delta: {}, finish_reason: finish }),
    ...(body.stream_options?.include_usage ? [{ ...head(body), choices: [], usage }] : []),
  ]
  const lines = (twist.events?.(events) ?? events).map((one) => `data: ${JSON.stringify(one)}\n\n`)
  const all = lines.join('') + (done ? 'data: [DONE]\n\n' : '')
  return { headers: { 'content-type': type }, chunks: [twist.sent?.(all) ?? all].flat(), after }
}

/** The right vectors of a request. */
export function vectors({ body }: Asked): {
  readonly data: readonly { readonly index: number; readonly embedding: unknown }[]
  readonly [name: string]: unknown
} {
  const texts = [body['input']].flat() as string[]
  const data = texts.map((text, index) => {
    const vector = vectorOf(text)
    const isBase64 = body['encoding_format'] === 'base64'
    const embedding = isBase64 ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector
    return { object: 'embedding', index, embedding }
  })
  const prompt_tokens = texts.reduce((sum, text) => sum + countTokens(text), 0)
  return { object: 'list', model: body.model, data, usage: { prompt_tokens, total_tokens: prompt_tokens } }
}

function contentOf(body: WireRequest, { text: change, usage }: Twist): { text: string; usage: unknown } {
  const format = body.response_format ?? (isInWords(body) ? { type: 'words' } : undefined)
  // Asked to correct itself, it answers the question as well.
  const turns = body.messages.findIndex(({ role }) => role === 'assistant')
  const messages = body.messages.slice(0, turns === -1 ? undefined : turns).map(withoutSystem)
  const right = answerTo({ ...body, messages, ...(format && { response_format: format }) })
  const text = change?.(right) ?? right
  const counted = { prompt_tokens: countTokens(JSON.stringify(body.messages)), completion_tokens: countTokens(text) }
  return { text, usage: usage === undefined ? counted : usage }
}

/** Where the system's words are the user's, they stand before his own. */
function withoutSystem(message: WireRequest['messages'][number]): WireRequest['messages'][number] {
  const { role, content } = message
  if (role !== 'user' || content?.includes('<data>') === true) return message
  return { role, content: content === null ? null : (withoutForm(content).split('\n\n').at(-1) ?? null) }
}

function head({ model }: WireRequest): object {
  return { id: 'chatcmpl-1', created: 1, model }
}
