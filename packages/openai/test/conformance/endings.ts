import type { Behavior } from './behavior.ts'
import { answer, isStream } from './served.ts'
import { ok, twisted, streamed, always } from './twists.ts'

/** How answers end, and how they do not. */
export const endings: readonly Behavior[] = [
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
    serve: streamed({ events: (events) => events.slice(0, 2), done: false, after: 'break' }),
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
    name: 'gives an unknown reason, and omits `[DONE]`',
    serve: streamed({ finish: 'whatever', done: false }),
    expected: { stream: 'CUT' },
  },
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
        after: 'break',
      }
    },
    expected: 'CUT',
  },
  {
    name: 'breaks the connection when it has the question',
    serve: always({ status: 0, chunks: [], after: 'break' }),
    expected: 'CUT',
  },
  {
    name: 'answers nothing for too long',
    serve: always({ status: 0, chunks: [], after: 'silence' }),
    expected: 'TIMEOUT',
    timeoutMs: 300,
  },
  {
    name: 'stops in the middle of a stream',
    serve: streamed({ events: (events) => events.slice(0, 2), done: false, after: 'silence' }),
    expected: { stream: 'TIMEOUT' },
    timeoutMs: 2_000,
  },
  {
    name: 'sends comments alone',
    serve: (asked) =>
      isStream(asked)
        ? { headers: { 'content-type': 'text/event-stream' }, chunks: [': alive\n\n', ': alive\n\n'], after: 'silence' }
        : answer(asked),
    expected: { stream: 'TIMEOUT' },
    timeoutMs: 2_000,
  },
]
