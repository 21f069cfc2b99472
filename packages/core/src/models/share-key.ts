import { hash } from 'node:crypto'

import type { ChatMessage, ChatRequest } from './chat.ts'
import type { CiteRequest } from './cite.ts'

/** The operations of a model. */
export type Operation = 'chat' | 'object' | 'cite' | 'embed'

/**
 * The key under which the answer to a request is shared. Equal requests have equal
 * keys, whatever the order of their properties, except within schemas, whose order
 * a model follows. A key reveals only the model.
 */
export function shareKey(model: string, operation: Operation, question: unknown): string {
  return `model/${model}/${operation}/${hash('sha256', JSON.stringify(question), 'hex')}`
}

/** The parts of a chat request that make it equal to another. */
export function chatIdentity(request: ChatRequest): unknown {
  const { messages, tools, toolChoice, schema, temperature, topP, maxOutputTokens, stop, seed, extra } = request
  return [
    messages.map(messageIdentity),
    tools ? tools.map(({ name, description, parameters }) => [name, description ?? null, parameters]) : none,
    schema ? [schema.name, schema.schema] : null,
    // JSON makes `null` of what is not set.
    [toolChoice, temperature, topP, maxOutputTokens, stop, seed],
    extra ? Object.entries(extra).toSorted(([a], [b]) => (a < b ? -1 : 1)) : none,
  ]
}

const none: readonly never[] = []

/** The parts of a request for a cited answer that make it equal to another. */
export function citeIdentity({ messages, passages, maxSentences }: CiteRequest): unknown {
  return [messages.map(messageIdentity), passages.map(({ id, text }) => [id, text]), maxSentences]
}

/** The parts of a request for the vector of one text that make it equal to another. */
export function embedIdentity(text: string, dimensions: number | undefined): unknown {
  return [text, dimensions ?? null]
}

function messageIdentity(message: ChatMessage): unknown {
  if (message.role === 'tool') return ['tool', message.toolCallId, message.text]
  const calls = message.role === 'assistant' ? message.toolCalls : undefined
  return [message.role, message.text, calls ? calls.map(({ id, name, arguments: given }) => [id, name, given]) : none]
}
