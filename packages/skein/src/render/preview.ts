import { plain } from '../terminal/plain-text.ts'

/** Longer texts are not looked at further for a gist. */
const longest = 2_000

/** What a value says, in the one line of a table: a text as it is, all else as JSON. */
export function gistOf(value: unknown): string {
  return oneLine(typeof value === 'string' ? value.slice(0, longest) : (JSON.stringify(value) ?? '').slice(0, longest))
}

/** All texts of a value one after the other, without the names of properties. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'object' || value === null) return ''
  return Object.values(value)
    .map((inner) => textOf(inner))
    .filter((text) => text !== '')
    .join(' — ')
}

/** The place of a text where the first of some words begins, with a little before it. */
export function snippetOf(text: string, terms: readonly string[]): string {
  const start = text.slice(0, 100_000)
  // Terms are stems: words begin with them.
  const words = start.matchAll(/[\p{L}\p{N}\p{M}]+/gu)
  const at = words.find(([word]) => terms.some((term) => word.toLowerCase().startsWith(term)))?.index ?? 0
  const from = at <= before ? 0 : start.lastIndexOf(' ', at - before) + 1 || at - before
  return `${from > 0 ? '…' : ''}${oneLine(text.slice(from, from + longest))}`
}

const before = 30

function oneLine(text: string): string {
  return plain(text.toWellFormed().replaceAll(/\s+/g, ' ').trim())
}
