import type { Graph } from '../compat/graph.ts'

/** A text to remember, as it was found. */
export interface ImportedNote {
  readonly text: string
  readonly tags: readonly string[]
}

/** What a source holds, before anything is written. */
export interface ParsedImport {
  readonly graph: Graph
  readonly notes: readonly ImportedNote[]
  readonly skipped: readonly string[]
}

/** A source's records, from what each part of it gave: a record, or why it gives none. */
export function parsedImport(graph: Graph, found: readonly (ImportedNote | string)[]): ParsedImport {
  const notes = found.filter((one) => typeof one !== 'string')
  return { graph, notes, skipped: found.filter((one) => typeof one === 'string') }
}

/** Whether a value is an object with strings of these names. */
export function hasStrings<Name extends string>(
  value: unknown,
  names: readonly Name[],
): value is Readonly<Record<Name, string>> {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'string')
}
