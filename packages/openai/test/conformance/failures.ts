import type { Behavior } from './behavior.ts'
import { answer, json, refuse } from './served.ts'
import { ok, always, once, html } from './twists.ts'

/** Errors by status, and what is no model at all. */
export const failures: readonly Behavior[] = [
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
    name: 'states an impossible pause (`Retry-After: -5`)',
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
  {
    name: 'fails once, and quotes a question about context windows and API keys',
    serve: once(refuse(500, 'Could not answer: "What is a context window? API key not valid. Insufficient Balance"')),
    expected: ok,
  },
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
