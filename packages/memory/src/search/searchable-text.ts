import { termsOf } from './search-terms.ts'

/** What full-text search may find of a value: all its texts, without the names of properties. */
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

/** The place of a text that holds one of the terms, about 160 characters long, cut at spaces, with … where something is left out. */
export function snippetOf(text: string, terms: readonly string[]): string {
  const words = text.slice(0, 100_000).matchAll(/[\p{L}\p{N}\p{M}]+/gu)
  const match = words.find(([word]) => termsOf(word).some((term) => terms.includes(term)))
  const at = match?.index ?? 0
  const from = at <= around ? 0 : text.indexOf(' ', at - around) + 1 || at - around
  const to = at + around >= text.length ? text.length : Math.max(text.lastIndexOf(' ', at + around), at + 1)
  const piece = text.slice(from, to).toWellFormed().replaceAll(/\s+/g, ' ').trim()
  return `${from > 0 ? '…' : ''}${piece}${to < text.length ? '…' : ''}`
}
