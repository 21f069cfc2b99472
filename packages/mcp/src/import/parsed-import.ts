import type { Entity, Relation } from '../compat/graph.ts'

/** A text to remember, as it was found. */
export interface ImportedNote {
  readonly text: string
  readonly tags: readonly string[]
}

/** A record to write. */
export type Imported = { readonly entity: Entity } | { readonly relation: Relation } | { readonly note: ImportedNote }

/** What stands at one place of a source: a record, or why it is none. */
export type Found = Imported | { readonly problem: string }

/** The same with its place, such as `line 7`, by which people find it again. */
export type Placed = Found & { readonly place: string }

/** Whether a value is an object with strings of these names. */
export function hasStrings<Name extends string>(
  value: unknown,
  names: readonly Name[],
): value is Readonly<Record<Name, string>> {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'string')
}
