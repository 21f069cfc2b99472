import { termsOf } from './search-terms.ts'

/** The text of a value for full-text search: all its strings and numbers, without property names. */
export function searchableText(value: unknown): string {
  const texts: string[] = []
  collect(value, texts)
  return texts.join('\n')
}

function collect(value: unknown, texts: string[]): void {
  if (typeof value === 'string') texts.push(value)
  else if (typeof value === 'number') texts.push(String(value))
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) collect(inner, texts)
}

const around = 80

/**
 * Cuts a snippet of about 160 characters around the first of the terms in a text.
 * It is cut at spaces, with … where text is left out.
 */
export function snippetOf(text: string, terms: readonly string[]): string {
  const words = text.slice(0, 100_000).matchAll(/[\p{L}\p{N}\p{M}]+/gu)
  const match = words.find(([word]) => termsOf(word).some((term) => terms.includes(term)))
  const at = match?.index ?? 0
  const from = at <= around ? 0 : text.indexOf(' ', at - around) + 1 || at - around
  const to = at + around >= text.length ? text.length : Math.max(text.lastIndexOf(' ', at + around), at + 1)
  const piece = text.slice(from, to).toWellFormed().replaceAll(/\s+/g, ' ').trim()
  return `${from > 0 ? '…' : ''}${piece}${to < text.length ? '…' : ''}`
}
