import { matchPlace, plainText } from '@skein/memory/runtime'

const maxChars = 2_000
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

/** The part of a text around the place where it matches the terms of a search best. */
export function snippetOf(text: string, terms: readonly string[]): string {
  const at = matchPlace(text, terms)
  const from = at <= charsBefore ? 0 : text.lastIndexOf(' ', at - charsBefore) + 1 || at - charsBefore
  // Scripts without spaces, and long words.
  const start = Math.max(from, at - 2 * charsBefore)
  return `${start > 0 ? '…' : ''}${oneLine(text.slice(start, start + maxChars))}`
}

function oneLine(text: string): string {
  return plainText(text.toWellFormed().replaceAll(/\s+/g, ' ').trim())
}
