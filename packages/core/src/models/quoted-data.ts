import type { Level } from '@skein/memory'
import type { Label } from '@skein/memory/store'

import type { ChatMessage } from './chat.ts'
import type { Passage } from './cite.ts'

/**
 * Passages as they stand in a prompt: data that says whose it is and how
 * sensitive, and that can't be taken for anything else.
 *
 * Each is one line of JSON, so that it can hold no line of its own; `<` is
 * escaped, so that no text can end the block that it stands in.
 *
 * @param level - The sensitivity of passages that do not tell theirs.
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

/** Puts quoted data before the last message of the user. */
export function withData(messages: readonly ChatMessage[], data: string): ChatMessage[] {
  const last = messages.findLastIndex(({ role }) => role === 'user')
  if (last === -1) return [...messages, { role: 'user', text: data }]
  return messages.map((message, index) =>
    index === last ? { role: 'user', text: `${data}\n\n${message.text}` } : message,
  )
}

/** How sensitive some passages are, as far as they tell. */
export function labelsOf(passages: readonly Passage[]): Label[] {
  return passages.map(({ sensitivity = 'public', compartments = [] }) => ({ sensitivity, compartments }))
}
