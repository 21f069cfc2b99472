import { rawText } from '@skein/memory/store'

/** What a damaged column may hold. */
export type Anything = string | number | Uint8Array | null

/**
 * Shows a row to a person, as JSON text.
 *
 * @param columns - Their names, separated by commas.
 */
export function rowText(columns: string, values: readonly Anything[]): string {
  const names = columns.split(', ')
  const shown = values.map((value) => (value instanceof Uint8Array ? rawText(value) : value))
  return JSON.stringify(Object.fromEntries(names.map((name, index) => [name, shown[index]])))
}

/** Shows a column to a person. */
export function textOf(value: Anything): string {
  return value instanceof Uint8Array ? rawText(value) : String(value)
}
