import type { Behavior } from './behavior.ts'
import { json } from './served.ts'
import { ok, twisted, streamed, always, parts } from './twists.ts'

/** What answers contain. */
export const contents: readonly Behavior[] = [
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
