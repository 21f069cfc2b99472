import type { ChatMessage, ChatRequest } from '@skein/core/executor'
import { requireObject } from '@skein/memory/runtime'

import type { GivenCall, ProviderOptions } from './language-model.ts'

/**
 * A request as a call of the AI SDK. What a provider alone takes is in `extra`, by the provider's name:
 * `{ openai: { reasoningEffort: 'low' } }`.
 *
 * @param inWords - Whether the schema is told instead of sent.
 */
export function callOptions(request: ChatRequest, provider: ProviderOptions, inWords: boolean): GivenCall {
  const { messages, tools = [], toolChoice, schema, temperature, topP, maxOutputTokens, stop = [], seed } = request
  const told = schema && inWords ? withSystem(messages, schemaInWords(schema.schema)) : messages
  return {
    prompt: told.map((message) => promptMessage(message, toolNames(messages))),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }) => ({
        type: 'function',
        name,
        inputSchema: parameters,
        ...(description !== undefined && { description }),
      })),
      toolChoice: { type: toolChoice ?? 'auto' },
    }),
    ...(schema && { responseFormat: { type: 'json', ...(!inWords && { name: schema.name, schema: schema.schema }) } }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(stop.length > 0 && { stopSequences: stop }),
    ...(seed !== undefined && { seed }),
    providerOptions: mergeOptions(provider, request.extra),
  }
}

/** Only calls say what the tool is called; results need it, too. */
function toolNames(messages: readonly ChatMessage[]): ReadonlyMap<string, string> {
  const calls = messages.flatMap((message) => (message.role === 'assistant' ? (message.toolCalls ?? []) : []))
  return new Map(calls.map(({ id, name }) => [id, name]))
}

function promptMessage(message: ChatMessage, names: ReadonlyMap<string, string>): object {
  const { role, text } = message
  if (message.role === 'tool') {
    const { toolCallId } = message
    const result = { type: 'tool-result', toolCallId, toolName: names.get(toolCallId) ?? 'unknown' }
    return { role, content: [{ ...result, output: { type: 'text', value: text } }] }
  }
  if (message.role !== 'assistant') return { role, content: role === 'system' ? text : [{ type: 'text', text }] }
  const said = text === '' ? [] : [{ type: 'text', text }]
  const calls = (message.toolCalls ?? []).map(({ id, name, arguments: input }) => {
    return { type: 'tool-call', toolCallId: id, toolName: name, input }
  })
  return { role, content: [...said, ...calls] }
}

function withSystem(messages: readonly ChatMessage[], text: string): readonly ChatMessage[] {
  const [first, ...rest] = messages
  return first?.role === 'system'
    ? [{ role: 'system', text: `${first.text}\n\n${text}` }, ...rest]
    : [{ role: 'system', text }, ...messages]
}

/** JSON modes of many servers want the word JSON in a message. */
function schemaInWords(schema: object): string {
  return `Answer with one JSON value that fits this JSON Schema, and nothing else:\n${JSON.stringify(schema)}`
}

/** @throws OptionError for parameters that belong to no provider. */
function mergeOptions(own: ProviderOptions, extra: ChatRequest['extra'] = {}): ProviderOptions {
  const merged: Record<string, Readonly<Record<string, unknown>>> = { ...own }
  for (const [name, options] of Object.entries(extra)) {
    requireObject(
      `extra.${name}`,
      options,
      "options under their provider's name: { openai: { reasoningEffort: 'low' } }",
    )
    merged[name] = { ...merged[name], ...(options as ProviderOptions[string]) }
  }
  return merged
}
