import type { Level } from '@skein/memory'
import type { Label } from '@skein/memory/store'

import type { ChatMessage } from './chat.ts'
import type { Passage } from './cite.ts'

/** How tags and the special tokens of models begin, look-alikes included: `</data>`, `<|im_start|>`, `[INST]`. */
const delimiters = /[<\uFE64\uFF1C]|\[(?=[/A-Z])/g
/** What may break a line, reorder it, or is seen by models alone. Joiners and emoji's selectors shape what is seen. */
const unseen = /(?!\u200C|\u200D|\uFE0E|\uFE0F)[\u007F-\u009F\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

/**
 * Formats passages for a prompt: as data with its author and sensitivity, which
 * can't be mistaken for anything else.
 *
 * Each is one line of JSON, so that it can't add lines of its own. What could close the
 * block, begin another role, or hide from people is escaped; parsing gives it back.
 *
 * @param level - The sensitivity of passages that state none.
 */
export function quoteData(passages: readonly Passage[], level: Level, rule: string): string {
  const lines = passages.map(({ id, author = 'unknown', sensitivity = level, compartments = [], text }) =>
    JSON.stringify({ id, author, sensitivity, ...(compartments.length > 0 && { compartments }), text })
      .replaceAll(delimiters, escaped)
      .replaceAll(unseen, escaped),
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

/** JSON escapes UTF-16 units. */
function escaped(letter: string): string {
  const codes = Array.from({ length: letter.length }, (_, unit) => letter.charCodeAt(unit).toString(16))
  return codes.map((code) => `\\u${code.padStart(4, '0')}`).join('')
}

/** The labels that passages state. */
export function labelsOf(passages: readonly Passage[]): Label[] {
  return passages.map(({ sensitivity = 'public', compartments = [] }) => ({ sensitivity, compartments }))
}
