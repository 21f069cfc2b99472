import type { Level } from '@skein/memory'
import type { Label } from '@skein/memory/store'

import type { ChatMessage } from './chat.ts'
import type { Passage } from './cite.ts'

/**
 * Formats passages for a prompt: as data with its author and sensitivity, which
 * can't be mistaken for anything else.
 *
 * Each is one line of JSON, so that it can't add lines of its own; `<` is escaped,
 * so that no text can close the block that it is in.
 *
 * @param level - The sensitivity of passages that state none.
 */
export function quoteData(passages: readonly Passage[], level: Level, rule: string): string {
  const lines = passages.map(({ id, author = 'unknown', sensitivity = level, compartments = [], text }) =>
    JSON.stringify({ id, author, sensitivity, ...(compartments.length > 0 && { compartments }), text }).replaceAll(
      '<',
      String.raw`\u003c`,
    ),
  )
  return `${rule}\n\n<data>\n${lines.join('\n')}\n</data>`
}

/** Puts quoted data before the last user message. */
export function withData(messages: readonly ChatMessage[], data: string): ChatMessage[] {
  const last = messages.findLastIndex(({ role }) => role === 'user')
  if (last === -1) return [...messages, { role: 'user', text: data }]
  return messages.map((message, index) =>
    index === last ? { role: 'user', text: `${data}\n\n${message.text}` } : message,
  )
}

/** The labels that passages state. */
export function labelsOf(passages: readonly Passage[]): Label[] {
  return passages.map(({ sensitivity = 'public', compartments = [] }) => ({ sensitivity, compartments }))
}
