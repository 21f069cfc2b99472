import type { ChatMessage, ChatRequest } from '@skein/core/executor'

import type { Abilities } from './abilities.ts'
import { formMessages } from './form-messages.ts'
import { breakpointIn, cacheKey, marked } from './prompt-cache.ts'
import type { BodyOptions } from './prompt-cache.ts'
import { isStrict } from './strict-schema.ts'

/** The body of a request to the Chat Completions API, which every compatible server has. */
export function chatBody(
  model: string,
  request: ChatRequest,
  abilities: Abilities,
  { isStreamed, prefix }: BodyOptions,
): object {
  const { tools = [], toolChoice, temperature, topP, maxOutputTokens, stop = [], seed, extra } = request
  return {
    model,
    messages: formMessages(request, abilities).map((message, index) =>
      marked(toMessage(message), breakpointIn(index, prefix, abilities), 'text'),
    ),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }) => ({
        type: 'function',
        function: { name, parameters, ...(description !== undefined && { description }) },
      })),
      ...(toolChoice && { tool_choice: toolChoice }),
    }),
    ...responseFormat(request, abilities),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(maxOutputTokens !== undefined && { [abilities.maxTokens]: maxOutputTokens }),
    ...(stop.length > 0 && { stop }),
    ...(seed !== undefined && { seed }),
    ...(isStreamed && { stream: true, ...(abilities.streamOptions && { stream_options: { include_usage: true } }) }),
    ...cacheKey(prefix, abilities),
    ...extra,
  }
}

function responseFormat({ schema }: ChatRequest, { schemas }: Abilities): object {
  if (!schema || schemas === 'words') return {}
  if (schemas === 'json_object') return { response_format: { type: 'json_object' } }
  const { name, schema: described } = schema
  const json_schema = { name, schema: described, strict: isStrict(described) }
  return { response_format: { type: 'json_schema', json_schema } }
}

function toMessage(message: ChatMessage): object {
  const { text: content } = message
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, content }
  if (message.role !== 'assistant' || !message.toolCalls?.length) return { role: message.role, content }
  const tool_calls = message.toolCalls.map(({ id, name, arguments: given }) => {
    return { id, type: 'function', function: { name, arguments: JSON.stringify(given) } }
  })
  return { role: 'assistant', content: content === '' ? null : content, tool_calls }
}
