import type { Behavior } from './behavior.ts'
import { answer, isStream, json, stream } from './served.ts'
import { ok, streamed, always, once } from './twists.ts'

/** Errors inside answers. */
export const errorsInside: readonly Behavior[] = [
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
