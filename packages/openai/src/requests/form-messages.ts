import type { ChatMessage, ChatRequest } from '@skein/core/executor'

import type { Abilities } from './abilities.ts'

/** The messages of a request in the form that a server accepts. */
export function formMessages({ messages, schema }: ChatRequest, abilities: Abilities): readonly ChatMessage[] {
  const inWords = schema && abilities.schemas !== 'json_schema'
  const told = inWords ? withFirst(messages, schemaInWords(schema.schema)) : messages
  return abilities.systemRole ? told : withoutSystem(told)
}

/** For servers that don't enforce schemas; their JSON mode wants the word JSON in a message. */
function schemaInWords(schema: object): string {
  return (
    'Answer with a single JSON value that fits this JSON Schema, and with nothing else: ' +
    `no explanation, no Markdown.\n${JSON.stringify(schema)}`
  )
}

/** After the material and the first question, since others who ask about the same material may want another form. */
function withFirst(messages: readonly ChatMessage[], text: string): readonly ChatMessage[] {
  const first = messages.findIndex(({ role }) => role === 'user')
  if (first === -1) return [...messages, { role: 'user', text }]
  return messages.map((message, index) =>
    index === first ? { ...message, text: `${message.text}\n\n${text}` } : message,
  )
}

/** The system's words become the user's. Templates without a system role insist on turns, too. */
function withoutSystem(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const formed: ChatMessage[] = []
  for (const message of messages) {
    const turn: ChatMessage = message.role === 'system' ? { role: 'user', text: message.text } : message
    const last = formed.at(-1)
    if (turn.role === 'user' && last?.role === 'user') {
      formed[formed.length - 1] = { role: 'user', text: `${last.text}\n\n${turn.text}` }
    } else formed.push(turn)
  }
  return formed
}
