import { hash } from 'node:crypto'

import type { ChatMessage, ChatRequest } from './chat.ts'
import type { CiteRequest } from './cite.ts'

/** What a model may be asked for. */
export type Operation = 'chat' | 'cite' | 'embed'

/**
 * The key of shared work for a question: equal questions have equal keys,
 * whatever order their properties stand in; nothing can be read from one but
 * the model. (Schemas are taken as they are: a model answers in their order.)
 */
export function shareKey(model: string, operation: Operation, question: unknown): string {
  return `model/${model}/${operation}/${hash('sha256', JSON.stringify(question), 'hex')}`
}

/** What makes a question to a chat model the same as another. */
export function chatIdentity(request: ChatRequest): unknown {
  const { messages, tools = [], toolChoice, schema, temperature, topP, maxOutputTokens, stop, seed, extra } = request
  const params = [toolChoice, temperature, topP, maxOutputTokens, stop, seed].map((param) => param ?? null)
  return [
    messages.map(messageIdentity),
    tools.map(({ name, description, parameters }) => [name, description ?? null, parameters]),
    schema ? [schema.name, schema.schema] : null,
    params,
    Object.entries(extra ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ]
}

/** What makes a question for a cited answer the same as another. */
export function citeIdentity({ messages, passages, maxSentences }: CiteRequest): unknown {
  return [messages.map(messageIdentity), passages.map(({ id, text }) => [id, text]), maxSentences]
}

function messageIdentity(message: ChatMessage): unknown {
  if (message.role === 'tool') return ['tool', message.toolCallId, message.text]
  const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
  return [message.role, message.text, calls.map(({ id, name, arguments: given }) => [id, name, given])]
}
