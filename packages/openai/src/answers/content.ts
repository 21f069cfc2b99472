import { fieldsOf, listOf, textOf } from '../wire/json-values.ts'

/** What a message contains: text, thoughts and refusals, each in one piece. */
export interface Content {
  readonly text: string
  readonly thoughts: string
  readonly refusal: string
}

/** Reads the content of a message, or of a piece of one: text, or a list of parts. `undefined` for anything else. */
export function contentOf(message: unknown): Content | undefined {
  const { content, refusal, reasoning_content: reasoning, reasoning: thinking } = fieldsOf(message)
  const parts = typeof content === 'string' ? [content] : (content ?? [])
  if (!Array.isArray(parts)) return undefined
  return {
    text: parts.map(spokenOf).join(''),
    thoughts: (textOf(reasoning) || textOf(thinking)) + parts.map(thoughtOf).join(''),
    refusal: textOf(refusal) + parts.map((part) => textOf(fieldsOf(part)['refusal'])).join(''),
  }
}

function spokenOf(part: unknown): string {
  if (typeof part === 'string') return part
  const { type = 'text', text } = fieldsOf(part)
  return type === 'text' || type === 'output_text' ? textOf(text) : ''
}

function thoughtOf(part: unknown): string {
  const { type, thinking, text } = fieldsOf(part)
  if (type !== 'thinking' && type !== 'reasoning') return ''
  // Mistral's thoughts are lists of parts themselves.
  return textOf(thinking) || textOf(text) || listOf(thinking).map(spokenOf).join('')
}
