/** Properties that say what an input is about, best first. */
const tellingProperties = [
  'question',
  'title',
  'topic',
  'name',
  'source',
  'subject',
  'text',
  'query',
  'path',
  'url',
  'key',
]

const maxLength = 100
/** Items of a list that are named. */
const maxItems = 3
/** How deep an input is searched for words. */
const maxDepth = 4

/** Ids and hashes say nothing to people. */
const isOpaque = (text: string): boolean => /^[\da-f-]{24,}$/i.test(text)

/**
 * What an input is about, in one line for people: a question, titles, a name.
 * `undefined` for one that has no words, such as a reference.
 */
export function inputWords(input: unknown): string | undefined {
  const words = wordsOf(input, maxDepth)
  return words === undefined ? undefined : cut(words)
}

function wordsOf(input: unknown, depth: number): string | undefined {
  if (typeof input === 'number' || typeof input === 'boolean') return String(input)
  if (typeof input === 'string') {
    const line = input
      .slice(0, 4 * maxLength)
      .replaceAll(/\s+/g, ' ')
      .trim()
    return line === '' || isOpaque(line) ? undefined : line
  }
  if (typeof input !== 'object' || input === null || depth === 0) return undefined
  if (Array.isArray(input)) return listOf(input, depth)
  const values = input as Readonly<Record<string, unknown>>
  for (const name of tellingProperties) {
    const value = values[name]
    const words = typeof value === 'string' ? wordsOf(value, depth) : undefined
    if (words !== undefined) return words
  }
  for (const value of Object.values(values)) {
    const words = typeof value === 'object' ? wordsOf(value, depth - 1) : undefined
    if (words !== undefined) return words
  }
  return undefined
}

function listOf(items: readonly unknown[], depth: number): string | undefined {
  // A list of thousands is named after its beginning.
  const all = items.slice(0, 100).flatMap((item) => wordsOf(item, depth - 1) ?? [])
  const named = [...new Set(all)]
  const rest = named.length - maxItems
  if (rest <= 0) return named.length === 0 ? undefined : named.join(', ')
  return `${named.slice(0, maxItems).join(', ')} and ${rest} more`
}

function cut(text: string): string {
  return text.length > maxLength ? `${text.slice(0, maxLength - 1).toWellFormed()}…` : text
}

/** An activity and its input in words: `note: Energy`. */
export function titleOf(name: string, input: unknown): string {
  const words = inputWords(input)
  return words === undefined ? name : `${name}: ${words}`
}
