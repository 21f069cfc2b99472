import { shortText } from './short-text.ts'

/** A value of more characters is not parsed for its title. */
const longestParsed = 20_000

/** Properties that say in one line what a value is about, the best first. */
const telling = ['insight', 'question', 'reason', 'title', 'name', 'text', 'summary', 'decision', 'details', 'agent']

/** Kinds of record that are known by their names. */
const named: ReadonlySet<string> = new Set(['facts', 'claims', 'agents'])

/** A line for people that says what a record is about: a fact's key, the beginning of a text. */
export function titleOf(collection: string, id: string, value: unknown): string {
  if (collection === 'work') return shortText(workName(id))
  return shortText((named.has(collection) ? undefined : describe(value)) ?? id)
}

/** The same for a value as JSON text. */
export function titleOfText(collection: string, id: string, text: string): string {
  // Every change comes by here: what needs no value is named without it.
  if (collection === 'work' || named.has(collection)) return titleOf(collection, id, undefined)
  return text.length > longestParsed ? shortText(text.slice(0, 1_000)) : titleOf(collection, id, parsed(text))
}

/** The name of a work without its clearance and the hashes of its inputs: `activity/note@1`. */
export function workName(id: string): string {
  return id.slice(id.indexOf(' ') + 1).replace(/\/[\da-f]{32,}$/, '')
}

function describe(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if ('mediaType' in value && 'size' in value) return `${String(value.mediaType)}, ${String(value.size)} bytes`
  const found = telling.map((name) => (value as Record<string, unknown>)[name]).find((part) => part !== undefined)
  return typeof found === 'string' ? found : JSON.stringify(found ?? value)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
