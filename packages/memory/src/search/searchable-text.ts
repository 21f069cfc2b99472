import { decodeJson } from '../values/json.ts'
import { indexTerms } from './search-terms.ts'

/** The text of a value for full-text search: all its strings and numbers, without property names. */
export function searchableText(value: unknown): string {
  const texts: string[] = []
  collect(value, texts)
  return texts.join('\n')
}

/** The terms of a stored value, as JSON: for indexes that another version of the analysis made. */
export function termsOfValue(value: string): string[] {
  return indexTerms(searchableText(decodeJson(value)))
}

function collect(value: unknown, texts: string[]): void {
  if (typeof value === 'string') texts.push(value)
  else if (typeof value === 'number') texts.push(String(value))
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) collect(inner, texts)
}
