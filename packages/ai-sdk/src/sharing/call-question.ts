import { hash } from 'node:crypto'

import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { ChatMessage, ChatRequest, JsonSchema } from '@skein/core/executor'
import type { Json } from '@skein/memory/runtime'

import { fieldsOf, textOf } from '../calls/fields.ts'

/**
 * A call of the SDK as a request of Skein, for its key and its estimate. `extra` holds the whole call, so that calls are
 * equal only if everything is that changes answers: all but the signal, HTTP headers and what is streamed beside the answer.
 */
export function callQuestion(params: LanguageModelV4CallOptions): ChatRequest {
  const { abortSignal: _, headers: __, includeRawChunks: ___, ...asked } = params
  const { prompt, tools = [], toolChoice, responseFormat, temperature, maxOutputTokens } = asked
  return {
    messages: prompt.map(({ role, content }): ChatMessage => {
      const text = typeof content === 'string' ? content : content.map(textOfPart).join('\n')
      return { role: role === 'tool' ? 'user' : role, text }
    }),
    tools: tools.flatMap((tool) =>
      tool.type === 'function' ? [{ name: tool.name, parameters: plain(tool.inputSchema) as JsonSchema }] : [],
    ),
    ...(toolChoice?.type === 'required' && { toolChoice: 'required' }),
    ...(responseFormat?.type === 'json' && {
      schema: { name: 'answer', schema: plain(responseFormat.schema ?? {}) as JsonSchema },
    }),
    ...(temperature !== undefined && { temperature }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    extra: { call: sorted(plain(asked)) },
  }
}

function textOfPart(part: object): string {
  const { text, input, output } = fieldsOf(part)
  if (typeof text === 'string') return text
  return input === undefined && output === undefined ? '' : JSON.stringify(input ?? output)
}

/** As JSON; bytes by their hash. */
function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value, hashed)) as Json
}

function hashed(this: unknown, key: string, held: unknown): unknown {
  // A `Buffer` has turned into JSON of its own before it comes here.
  const own = (this as Record<string, unknown>)[key]
  return own instanceof Uint8Array ? { sha256: hash('sha256', own, 'hex') } : held
}

/** The order of names means nothing, save within schemas, which models follow. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value as Record<string, Json>).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, held]) => [name, /[sS]chema$/.test(name) ? held : sorted(held)]))
}

/** Names of the tools that a call lets the model use: of functions, and of what the provider runs itself. */
export function offeredTools({ tools = [], toolChoice }: LanguageModelV4CallOptions): readonly string[] {
  return toolChoice?.type === 'none' ? [] : tools.map(({ name }) => textOf(name))
}
