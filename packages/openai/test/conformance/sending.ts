import type { Behavior } from './behavior.ts'
import { answer, isEmbedding, stream, whole } from './served.ts'
import { ok, twisted, streamed, byteByByte } from './twists.ts'

/** How answers are sent. */
export const sendings: readonly Behavior[] = [
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
    serve: streamed({ done: false, after: 'break' }),
    expected: ok,
  },
  {
    name: 'keeps the connection open after the reason why a stream ended',
    serve: streamed({ done: false, after: 'silence' }),
    expected: ok,
    timeoutMs: 2_000,
  },
  {
    name: 'keeps the connection open after `[DONE]`',
    serve: streamed({ after: 'silence' }),
    expected: ok,
    timeoutMs: 3_600_000,
  },
]
