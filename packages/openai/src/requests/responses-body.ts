import type { ChatMessage, ChatRequest } from '@skein/core/executor'
import { OptionError } from '@skein/memory'

import type { Abilities } from './abilities.ts'
import { formMessages } from './form-messages.ts'
import { breakpointIn, cacheKey, marked } from './prompt-cache.ts'
import type { BodyOptions } from './prompt-cache.ts'
import { isStrict } from './strict-schema.ts'

/**
 * The body of a request to OpenAI's Responses API. The server stores nothing.
 *
 * @throws OptionError for parameters that this API lacks.
 */
export function responsesBody(
  model: string,
  request: ChatRequest,
  abilities: Abilities,
  { isStreamed, prefix }: BodyOptions,
): object {
  const { tools = [], toolChoice, temperature, topP, maxOutputTokens, stop = [], seed, extra } = request
  if (stop.length > 0) throw new OptionError('stop', 'left out: the Responses API does not support it', 'some')
  if (seed !== undefined) throw new OptionError('seed', 'left out: the Responses API does not support it', seed)
  return {
    model,
    input: formMessages(request, abilities).flatMap((message, index) =>
      toItems(message).map((item) => marked(item, breakpointIn(index, prefix, abilities), 'input_text')),
    ),
    store: false,
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }) => {
        const strict = isStrict(parameters)
        return { type: 'function', name, parameters, strict, ...(description !== undefined && { description }) }
      }),
      ...(toolChoice && { tool_choice: toolChoice }),
    }),
    ...textFormat(request, abilities),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(maxOutputTokens !== undefined && { max_output_tokens: maxOutputTokens }),
    ...(isStreamed && { stream: true }),
    ...cacheKey(prefix, abilities),
    ...extra,
  }
}

function textFormat({ schema }: ChatRequest, { schemas }: Abilities): object {
  if (!schema || schemas === 'words') return {}
  if (schemas === 'json_object') return { text: { format: { type: 'json_object' } } }
  const { name, schema: described } = schema
  return { text: { format: { type: 'json_schema', name, schema: described, strict: isStrict(described) } } }
}

function toItems(message: ChatMessage): object[] {
  const { text } = message
  if (message.role === 'tool') return [{ type: 'function_call_output', call_id: message.toolCallId, output: text }]
  const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
  const spoken = text === '' && calls.length > 0 ? [] : [{ role: message.role, content: text }]
  return [
    ...spoken,
    ...calls.map(({ id, name, arguments: given }) => {
      return { type: 'function_call', call_id: id, name, arguments: JSON.stringify(given) }
    }),
  ]
}
