import { plainText } from '@skein/memory/runtime'

const maxChars = 2_000
/** How far a snippet searches for a word, in UTF-16 units. */
const maxSearchedChars = 100_000
/** How much of the text a snippet shows before the word that was found, in UTF-16 units. */
const charsBefore = 30

/** A value in one line, for a table: a string as it is, anything else as JSON. */
export function previewOf(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return oneLine(text.slice(0, maxChars))
}

/** Joins all strings and numbers within a value, without property names. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'object' || value === null) return ''
  return Object.values(value)
    .map((inner) => textOf(inner))
    .filter((text) => text !== '')
    .join(' — ')
}

/** The part of a text around the first word that matches one of the search terms. */
export function snippetOf(text: string, terms: readonly string[]): string {
  const searched = text.slice(0, maxSearchedChars)
  // Terms are stems: words begin with them.
  const words = searched.matchAll(/[\p{L}\p{N}\p{M}]+/gu)
  const at = words.find(([word]) => terms.some((term) => word.toLowerCase().startsWith(term)))?.index ?? 0
  const from = at <= charsBefore ? 0 : searched.lastIndexOf(' ', at - charsBefore) + 1 || at - charsBefore
  return `${from > 0 ? '…' : ''}${oneLine(text.slice(from, from + maxChars))}`
}

function oneLine(text: string): string {
  return plainText(text.toWellFormed().replaceAll(/\s+/g, ' ').trim())
}
