import type { Level } from '@skein/memory'
import type { Label } from '@skein/memory/store'

import { leadingSystem } from '../prefixes/prompt-prefix.ts'
import type { SharedPart } from '../prefixes/prompt-prefix.ts'
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
    JSON.stringify({
      id,
      author,
      sensitivity,
      ...(compartments.length > 0 && { compartments: sorted(compartments) }),
      text,
    })
      .replaceAll(delimiters, escaped)
      .replaceAll(unseen, escaped),
  )
  return `${rule}\n\n<data>\n${lines.join('\n')}\n</data>`
}

/** Messages with data, and what they share with others that have the same data. */
export interface MessagesWithData {
  readonly messages: readonly ChatMessage[]
  readonly shared: SharedPart
}

/**
 * Puts quoted data in front of all messages but those of the system that come first. So requests with the same data
 * begin with the same bytes, whatever they ask, and a conversation about data goes on as it has begun.
 */
export function withData(messages: readonly ChatMessage[], data: string): MessagesWithData {
  const { messages: first } = leadingSystem(messages)
  const [next, ...rest] = messages.slice(first)
  // Templates of local models want the turns of user and assistant to alternate.
  const begun: ChatMessage[] =
    next?.role === 'user'
      ? [{ role: 'user', text: `${data}\n\n${next.text}` }]
      : [{ role: 'user', text: data }, ...(next ? [next] : [])]
  return { messages: [...messages.slice(0, first), ...begun, ...rest], shared: { messages: first, chars: data.length } }
}

function sorted(names: readonly string[]): string[] {
  return names.toSorted((a, b) => (a < b ? -1 : 1))
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
