import { rawText } from '@skein/memory/store'

/** What can stand in any column once it is damaged. */
export type Anything = string | number | Uint8Array | null

/**
 * A row as JSON text, for a person to read.
 *
 * @param columns - Their names, with commas in between.
 */
export function rowText(columns: string, values: readonly Anything[]): string {
  const names = columns.split(', ')
  const shown = values.map((value) => (value instanceof Uint8Array ? rawText(value) : value))
  return JSON.stringify(Object.fromEntries(names.map((name, index) => [name, shown[index]])))
}

/** What stands in a column, as text. */
export function textOf(value: Anything): string {
  return value instanceof Uint8Array ? rawText(value) : String(value)
}
