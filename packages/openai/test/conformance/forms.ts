import type { Behavior } from './behavior.ts'
import { answer, isEmbedding, json, refuse, vectors } from './served.ts'
import { ok, refusing, hasSystem, formatOf } from './twists.ts'

/** Which forms of requests servers refuse, and in which forms they send vectors. */
export const forms: readonly Behavior[] = [
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
    name: 'ignores `response_format` (Anthropic)',
    serve: (asked) => answer(asked, formatOf(asked) === 'json_schema' ? { text: () => 'Well, it depends.' } : {}),
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
