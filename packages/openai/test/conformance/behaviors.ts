import { answer, isEmbedding, isStream, json, refuse, stream, vectors, whole } from './served.ts'
import type { Asked, Served, Twist } from './served.ts'

/** The five ways to ask a model. */
export const calls = ['chat', 'stream', 'object', 'cite', 'embed'] as const
export type Call = (typeof calls)[number]

/** `✓` for the right answer, or the code of an error without `SKEIN_MODEL_`. */
export type Outcome = string

/** Something that servers do, and what becomes of a call. */
export interface Behavior {
  /** What the server does, as the guide says it. */
  readonly name: string
  readonly serve: (asked: Asked) => Served
  /** For all calls, or for those that differ from the right answer. */
  readonly expected: Outcome | Readonly<Partial<Record<Call, Outcome>>>
  /** Set where the test has to wait for it. */
  readonly timeoutMs?: number
}

const ok = '✓'

/** A twist of texts alone: vectors come as they should. */
const twisted =
  (twist: Twist) =>
  (asked: Asked): Served =>
    answer(asked, twist)
/** A twist of streams alone. */
const streamed =
  (twist: Twist) =>
  (asked: Asked): Served =>
    answer(asked, isStream(asked) ? twist : {})
const always = (served: Served) => (): Served => served
/** Fails the first time. */
const once =
  (served: Served) =>
  (asked: Asked): Served =>
    asked.count === 1 ? served : answer(asked)
/** Refuses requests that have something. */
const refusing =
  (has: (asked: Asked) => boolean, served: Served) =>
  (asked: Asked): Served =>
    has(asked) ? served : answer(asked)

const hasSystem = ({ body }: Asked): boolean => !!body.messages?.some(({ role }) => role === 'system')
const formatOf = ({ body }: Asked): string | undefined => body.response_format?.type
const html = (status: number): Served => ({
  status,
  headers: { 'content-type': 'text/html' },
  chunks: ['<!doctype html><title>Welcome</title><p>It works!</p>'],
})
/** A piece of the text whose letters are parted between two writes. */
const byteByByte = (lines: string): Buffer[] => Array.from(Buffer.from(lines), (byte) => Buffer.of(byte))
const parts = (text: string): object => ({ content: [{ type: 'text', text }] })

const plain: readonly Behavior[] = [
  { name: 'follows the protocol', serve: twisted({}), expected: ok },
  {
    name: 'streams to who did not ask for it',
    serve: (asked) => (isEmbedding(asked) ? answer(asked) : stream(asked)),
    expected: ok,
  },
  { name: 'does not stream', serve: (asked) => (isEmbedding(asked) ? answer(asked) : whole(asked)), expected: ok },
  { name: 'ends lines with CR LF', serve: streamed({ sent: (lines) => lines.replaceAll('\n', '\r\n') }), expected: ok },
  { name: 'ends lines with CR', serve: streamed({ sent: (lines) => lines.replaceAll('\n', '\r') }), expected: ok },
  {
    name: 'writes `data:` without a space',
    serve: streamed({ sent: (lines) => lines.replaceAll('data: ', 'data:') }),
    expected: ok,
  },
  {
    name: 'sends comments between events',
    serve: streamed({ sent: (lines) => lines.replaceAll('data: ', ': alive\n\ndata: ') }),
    expected: ok,
  },
  { name: 'sends a stream byte by byte', serve: streamed({ sent: byteByByte }), expected: ok },
  { name: 'calls a stream plain text', serve: streamed({ type: 'text/plain' }), expected: ok },
  {
    name: 'sends lines of JSON in place of events',
    serve: streamed({
      type: 'application/x-ndjson',
      done: false,
      sent: (lines) => lines.replaceAll('data: ', '').replaceAll('\n\n', '\n'),
    }),
    expected: ok,
  },
  {
    name: 'begins with a byte order mark',
    serve: (asked) => {
      const { chunks, ...rest } = answer(asked)
      return { ...rest, chunks: ['\uFEFF', ...chunks] }
    },
    expected: ok,
  },
  {
    name: 'sends white space while it thinks',
    serve: (asked) => {
      const { chunks, ...rest } = answer(asked)
      return { ...rest, chunks: [' \n', '\n \n', ...chunks] }
    },
    expected: ok,
  },
  { name: 'leaves out `[DONE]`', serve: streamed({ done: false }), expected: ok },
  {
    name: 'breaks the connection after the reason why a stream ended',
    serve: streamed({ done: false, then: 'break' }),
    expected: ok,
  },
  {
    name: 'keeps the connection open after the reason why a stream ended',
    serve: streamed({ done: false, then: 'silence' }),
    expected: ok,
    timeoutMs: 300,
  },
]

const ends: readonly Behavior[] = [
  { name: 'ends a stream with the reason `""`', serve: streamed({ finish: '' }), expected: { stream: 'CUT' } },
  { name: 'ends a stream with the reason `"null"`', serve: streamed({ finish: 'null' }), expected: { stream: 'CUT' } },
  {
    name: 'ends a stream without a reason',
    serve: streamed({ events: (events) => events.slice(0, 3) }),
    expected: { stream: 'CUT' },
  },
  {
    name: 'ends a stream in the middle, in good order',
    serve: streamed({ events: (events) => events.slice(0, 2), done: false }),
    expected: { stream: 'CUT' },
  },
  {
    name: 'ends a stream in the middle of an event',
    serve: streamed({ sent: (lines) => lines.slice(0, lines.length / 2) }),
    expected: { stream: 'CUT' },
  },
  {
    name: 'breaks the connection in the middle of a stream',
    serve: streamed({ events: (events) => events.slice(0, 2), done: false, then: 'break' }),
    expected: { stream: 'CUT' },
  },
  { name: 'says that a stream ended by an `error`', serve: streamed({ finish: 'error' }), expected: { stream: 'CUT' } },
  {
    name: 'ran out of resources (DeepSeek)',
    serve: twisted({ finish: 'insufficient_system_resource' }),
    expected: { chat: 'CUT', stream: 'CUT', object: 'CUT', cite: 'CUT' },
  },
  { name: 'says why in words of its own (`eos`, `end_turn`)', serve: twisted({ finish: 'end_turn' }), expected: ok },
  { name: 'says why in capitals (Gemini)', serve: twisted({ finish: 'STOP' }), expected: ok },
  {
    name: 'gives the reason `""` with each piece, and a real one at the end',
    serve: streamed({
      events: (events) =>
        events.map(
          (event) => JSON.parse(JSON.stringify(event).replace('"finish_reason":null', '"finish_reason":""')) as object,
        ),
    }),
    expected: ok,
  },
  {
    name: 'breaks the connection in the middle of a body',
    serve: (asked) => {
      const { chunks, headers } = answer(asked)
      const text = chunks.join('')
      return {
        headers: { ...headers, 'content-length': String(Buffer.byteLength(text)) },
        chunks: [text.slice(0, 40)],
        then: 'break',
      }
    },
    expected: 'CUT',
  },
  {
    name: 'breaks the connection when it has the question',
    serve: always({ status: 0, chunks: [], then: 'break' }),
    expected: 'CUT',
  },
  {
    name: 'answers nothing for too long',
    serve: always({ status: 0, chunks: [], then: 'silence' }),
    expected: 'TIMEOUT',
    timeoutMs: 300,
  },
  {
    name: 'stops in the middle of a stream',
    serve: streamed({ events: (events) => events.slice(0, 2), done: false, then: 'silence' }),
    expected: { stream: 'TIMEOUT' },
    timeoutMs: 300,
  },
  {
    name: 'sends comments alone',
    serve: (asked) =>
      isStream(asked)
        ? { headers: { 'content-type': 'text/event-stream' }, chunks: [': alive\n\n', ': alive\n\n'], then: 'silence' }
        : answer(asked),
    expected: { stream: 'TIMEOUT' },
    timeoutMs: 300,
  },
]

const contents: readonly Behavior[] = [
  { name: 'sends content as a list of parts', serve: twisted({ message: parts }), expected: ok },
  {
    name: 'sends thoughts as parts (Mistral)',
    serve: twisted({
      message: (text) => ({
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
          { type: 'text', text },
        ],
      }),
    }),
    expected: ok,
  },
  {
    name: 'sends `reasoning_content` (DeepSeek, vLLM, llama.cpp)',
    serve: twisted({ message: (content) => ({ content, reasoning_content: 'Hm.' }) }),
    expected: ok,
  },
  {
    name: 'sends `reasoning` (Ollama, OpenRouter)',
    serve: twisted({ message: (content) => ({ content, reasoning: 'Hm.' }) }),
    expected: ok,
  },
  {
    name: 'leaves `<think>` in the text',
    serve: twisted({ text: (text) => `<think>\n{"a": 1}? Hm.\n</think>\n\n${text}` }),
    expected: ok,
  },
  {
    name: 'begins with a chunk without choices (Azure)',
    serve: streamed({ events: (events) => [{ choices: [], prompt_filter_results: [] }, ...events] }),
    expected: ok,
  },
  {
    name: 'repeats the whole message in the last chunk',
    serve: streamed({
      events: (events) =>
        events.map((event, at) =>
          at === 3 ? { choices: [{ index: 0, finish_reason: 'stop', message: { content: 'again' } }] } : event,
        ),
    }),
    expected: ok,
  },
  {
    name: 'sends a second choice',
    serve: streamed({
      events: (events) =>
        events.flatMap((event) => [
          event,
          { choices: [{ index: 1, delta: { content: 'other' }, finish_reason: null }] },
        ]),
    }),
    expected: ok,
  },
  { name: 'reports no usage', serve: twisted({ usage: null }), expected: ok },
  {
    name: 'reports usage that is impossible',
    serve: twisted({ usage: { prompt_tokens: -1, completion_tokens: 'many' } }),
    expected: ok,
  },
  {
    name: 'sends content of another kind',
    serve: twisted({ message: () => ({ content: 7 }) }),
    expected: { chat: 'MALFORMED', stream: 'MALFORMED', object: 'MALFORMED', cite: 'MALFORMED' },
  },
  {
    name: 'wraps JSON in a fence',
    serve: twisted({ text: (text) => (text.startsWith('{') ? `\`\`\`json\n${text}\n\`\`\`` : text) }),
    expected: ok,
  },
  {
    name: 'writes words around JSON',
    serve: twisted({ text: (text) => (text.startsWith('{') ? `Sure, as in [1]:\n${text}\nAnything else?` : text) }),
    expected: ok,
  },
  {
    name: 'writes a byte order mark before JSON',
    serve: twisted({ text: (text) => (text.startsWith('{') ? `\uFEFF${text}` : text) }),
    expected: ok,
  },
  {
    name: 'sends an empty body',
    serve: always({ headers: { 'content-type': 'application/json' }, chunks: [] }),
    expected: 'MALFORMED',
  },
  { name: 'sends JSON of another kind', serve: always(json({ status: 'fine' })), expected: 'MALFORMED' },
  {
    name: 'sends half a JSON',
    serve: always({ headers: { 'content-type': 'application/json' }, chunks: ['{"choices": [{"mess'] }),
    expected: 'MALFORMED',
  },
]

const forms: readonly Behavior[] = [
  {
    name: 'has no `json_schema`',
    serve: refusing(
      (asked) => formatOf(asked) === 'json_schema',
      refuse(400, "'response_format.type' must be one of 'text', 'json_object'."),
    ),
    expected: ok,
  },
  {
    name: 'has no `response_format`',
    serve: refusing(
      (asked) => formatOf(asked) !== undefined,
      json(
        {
          detail: [
            { type: 'extra_forbidden', loc: ['body', 'response_format'], msg: 'Extra inputs are not permitted' },
          ],
        },
        422,
      ),
    ),
    expected: ok,
  },
  {
    name: 'can make no grammar of the schema (llama.cpp)',
    serve: refusing(
      (asked) => formatOf(asked) === 'json_schema',
      refuse(400, 'Failed to initialize samplers: failed to parse grammar'),
    ),
    expected: ok,
  },
  {
    name: 'has no `stream_options`',
    serve: refusing(
      ({ body }) => body.stream_options !== undefined,
      refuse(400, 'Unrecognized request argument supplied: stream_options'),
    ),
    expected: ok,
  },
  {
    name: 'has no system role (Gemma)',
    serve: refusing(hasSystem, refuse(400, 'System role not supported')),
    expected: ok,
  },
  {
    name: 'wants roles to alternate (Mistral)',
    serve: refusing(hasSystem, refuse(400, 'Conversation roles must alternate user/assistant/user/assistant/...')),
    expected: ok,
  },
  {
    name: 'has another name for `max_tokens`',
    serve: refusing(
      ({ body }) => body['max_tokens'] !== undefined,
      refuse(
        400,
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        { param: 'max_tokens', code: 'unsupported_parameter' },
      ),
    ),
    expected: ok,
  },
  {
    name: 'refuses schemas, streams and roles without a word',
    serve: refusing(
      (asked) => formatOf(asked) !== undefined || asked.body.stream_options !== undefined || hasSystem(asked),
      json({ error: 'Bad request' }, 400),
    ),
    expected: ok,
  },
  {
    name: 'has no base64 for vectors',
    serve: refusing(
      ({ body }) => body['encoding_format'] === 'base64',
      refuse(400, 'encoding_format base64 is not supported'),
    ),
    expected: ok,
  },
  {
    name: 'takes two texts at once',
    serve: refusing(
      ({ body }) => Array.isArray(body['input']) && body['input'].length > 2,
      refuse(422, 'batch size 5 > maximum allowed batch size 2'),
    ),
    expected: ok,
  },
  {
    name: 'takes one text at once, and calls more too large (413)',
    serve: refusing(
      ({ body }) => Array.isArray(body['input']) && body['input'].length > 1,
      refuse(413, 'Payload too large'),
    ),
    expected: ok,
  },
  {
    name: 'sends floats where base64 was asked for',
    serve: (asked) =>
      isEmbedding(asked)
        ? json(vectors({ ...asked, body: { ...asked.body, encoding_format: 'float' } }))
        : answer(asked),
    expected: ok,
  },
  {
    name: 'numbers all vectors 0',
    serve: (asked) =>
      isEmbedding(asked) ? json({ data: vectors(asked).data.map((entry) => ({ ...entry, index: 0 })) }) : answer(asked),
    expected: ok,
  },
  {
    name: 'sends vectors in another order',
    serve: (asked) => (isEmbedding(asked) ? json({ data: vectors(asked).data.toReversed() }) : answer(asked)),
    expected: ok,
  },
  {
    name: 'sends a vector too few',
    serve: (asked) => (isEmbedding(asked) ? json({ data: vectors(asked).data.slice(1) }) : answer(asked)),
    expected: { embed: 'MALFORMED' },
  },
]

const failures: readonly Behavior[] = [
  {
    name: 'does not know the key (401)',
    serve: always(refuse(401, 'Incorrect API key provided: sk-123', { code: 'invalid_api_key' })),
    expected: 'AUTH',
  },
  {
    name: 'calls a wrong key an invalid argument (Gemini)',
    serve: always(
      json(
        [
          {
            error: {
              code: 400,
              message: 'API key not valid. Please pass a valid API key.',
              status: 'INVALID_ARGUMENT',
            },
          },
        ],
        400,
      ),
    ),
    expected: 'AUTH',
  },
  { name: 'wants money (402)', serve: always(refuse(402, 'Insufficient Balance')), expected: 'QUOTA' },
  {
    name: 'has no quota left (429)',
    serve: always(refuse(429, 'You exceeded your current quota.', { code: 'insufficient_quota' })),
    expected: 'QUOTA',
  },
  { name: 'is busy once (429)', serve: once(refuse(429, 'Slow down.')), expected: ok },
  {
    name: 'is busy for an hour (`Retry-After: 3600`)',
    serve: always(refuse(429, 'Slow down.', {}, { 'retry-after': '3600' })),
    expected: 'RATE_LIMITED',
  },
  {
    name: 'is busy until a date in the past',
    serve: once(refuse(429, 'Slow down.', {}, { 'retry-after': new Date(0).toUTCString() })),
    expected: ok,
  },
  {
    name: 'states a pause that is none (`Retry-After: -5`)',
    serve: once(refuse(503, 'Slow down.', {}, { 'retry-after': '-5', 'retry-after-ms': '' })),
    expected: ok,
  },
  {
    name: 'finds a request larger than its limit per minute',
    serve: always(
      refuse(429, 'Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 45000.', {
        code: 'rate_limit_exceeded',
      }),
    ),
    expected: 'CONTEXT',
  },
  { name: 'fails once (500)', serve: once(refuse(500, 'Internal error')), expected: ok },
  { name: 'fails always (503, a page)', serve: always(html(503)), expected: 'SERVER' },
  {
    name: 'is overloaded once (529, Anthropic)',
    serve: once(json({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 529)),
    expected: ok,
  },
  { name: 'stands behind a gateway that gave up waiting (504)', serve: always(html(504)), expected: 'TIMEOUT' },
  {
    name: 'does not know the model (404)',
    serve: always(refuse(404, 'The model `gpt-test` does not exist', { code: 'model_not_found' })),
    expected: 'REQUEST',
  },
  {
    name: 'does not know a parameter (400)',
    serve: always(
      refuse(400, "Unsupported value: 'temperature' does not support 0 with this model.", { param: 'temperature' }),
    ),
    expected: 'REQUEST',
  },
  {
    name: 'filters the question (400)',
    serve: always(refuse(400, 'The response was filtered.', { code: 'content_filter' })),
    expected: 'REFUSED',
  },
  { name: 'is another server: a page (200)', serve: always(html(200)), expected: 'ADDRESS' },
  { name: 'is another server: a page (404)', serve: always(html(404)), expected: 'ADDRESS' },
  {
    name: 'has the API at another path (404, vLLM)',
    serve: always(json({ detail: 'Not Found' }, 404)),
    expected: 'ADDRESS',
  },
  {
    name: 'has the API at another path (200, LM Studio)',
    serve: always(json({ error: 'Unexpected endpoint or method. (POST /chat/completions)' })),
    expected: 'ADDRESS',
  },
  {
    name: 'has the API at another path (405)',
    serve: always(json({ detail: 'Method Not Allowed' }, 405)),
    expected: 'ADDRESS',
  },
  {
    name: 'redirects to another host',
    serve: always({ status: 307, headers: { location: 'http://elsewhere.example/v1/chat/completions' }, chunks: [] }),
    expected: 'ADDRESS',
  },
  {
    name: 'redirects to another path',
    serve: (asked) =>
      asked.count === 1 ? { status: 308, headers: { location: asked.path }, chunks: [] } : answer(asked),
    expected: ok,
  },
]

const inside: readonly Behavior[] = [
  {
    name: 'puts an error into a good answer (200)',
    serve: always(json({ error: { message: 'The model crashed.', type: 'server_error' } })),
    expected: 'SERVER',
  },
  {
    name: 'puts a limit into a good answer, once (OpenRouter)',
    serve: once(json({ error: { code: 429, message: 'Rate limited' } })),
    expected: ok,
  },
  {
    name: 'puts an error beside `null` choices',
    serve: always(json({ choices: null, error: { code: 400, message: 'Wrong parameter' } })),
    expected: 'REQUEST',
  },
  {
    name: 'has an empty `error` beside a good answer',
    serve: (asked) => {
      const served = answer(asked)
      return isStream(asked) ? served : json({ ...(JSON.parse(served.chunks.join('')) as object), error: {} })
    },
    expected: ok,
  },
  {
    name: 'begins a stream with an error, once',
    serve: (asked) =>
      isStream(asked) && asked.count === 1
        ? stream(asked, { events: () => [{ error: { message: 'Overloaded', code: 503 } }], done: false })
        : answer(asked),
    expected: ok,
  },
  {
    name: 'sends an error in the middle of a stream',
    serve: streamed({ events: (events) => [...events.slice(0, 2), { error: { message: 'Overloaded', code: 503 } }] }),
    expected: { stream: 'SERVER' },
  },
  {
    name: 'sends an event named `error`',
    serve: streamed({ sent: () => 'event: error\ndata: {"message": "invalid", "type": "invalid_request_error"}\n\n' }),
    expected: { stream: 'REQUEST' },
  },
  {
    name: 'finds out in a stream that it is too long',
    serve: streamed({
      events: (events) => [...events.slice(0, 2), { error: { message: 'Context size has been exceeded.', code: 500 } }],
    }),
    expected: { stream: 'CONTEXT' },
  },
  {
    name: 'finds that out in a line named `error` (llama.cpp)',
    serve: streamed({
      sent: () =>
        'error: {"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}\n\n',
    }),
    expected: { stream: 'CONTEXT' },
  },
]

/** "Too long", as each provider says it. */
export const tooLong: Readonly<Record<string, Served>> = {
  OpenAI: refuse(
    400,
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
    { code: 'context_length_exceeded' },
  ),
  'OpenAI, newer': refuse(
    400,
    'Your input exceeds the context window of this model. Please adjust your input and try again.',
  ),
  Azure: refuse(400, "This model's maximum context length is 128000 tokens. However, you requested 130000 tokens."),
  vLLM: json(
    {
      object: 'error',
      message: 'The decoder prompt (length 5000) is longer than the maximum model length of 4096.',
      type: 'BadRequestError',
      code: 400,
    },
    400,
  ),
  'llama.cpp': json(
    {
      error: {
        code: 400,
        message: 'the request exceeds the available context size, try increasing it',
        type: 'exceed_context_size_error',
      },
    },
    400,
  ),
  Ollama: refuse(400, 'the input length exceeds the context length'),
  'LM Studio': json(
    {
      error:
        'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
    },
    400,
  ),
  Mistral: json(
    {
      object: 'error',
      message: 'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
      type: 'invalid_request_prompt',
      code: '3051',
    },
    400,
  ),
  Anthropic: json(
    {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' },
    },
    400,
  ),
  Gemini: json(
    [
      {
        error: {
          code: 400,
          message: 'The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).',
          status: 'INVALID_ARGUMENT',
        },
      },
    ],
    400,
  ),
  DeepSeek: refuse(400, "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens."),
  'Text Generation Inference': json(
    {
      error: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens',
      error_type: 'validation',
    },
    422,
  ),
}

/** All behaviors, by what they are about. */
export const behaviors: Readonly<Record<string, readonly Behavior[]>> = {
  'How it is sent': plain,
  'How it ends': ends,
  'What is in it': contents,
  'Which form is accepted': forms,
  'Errors by status': failures,
  'Errors inside answers': inside,
  '"Too long", in the words of': Object.entries(tooLong).map(([name, served]) => ({
    name,
    serve: always(served),
    expected: 'CONTEXT',
  })),
}

/** What becomes of each of the five calls. */
export function outcomesOf({ expected }: Behavior): Readonly<Record<Call, Outcome>> {
  const outcomes = calls.map(
    (call) => [call, typeof expected === 'string' ? expected : (expected[call] ?? ok)] as const,
  )
  return Object.fromEntries(outcomes) as Record<Call, Outcome>
}
