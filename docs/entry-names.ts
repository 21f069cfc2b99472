import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A name that an entry point exports. */
export interface EntryName {
  readonly name: string
  /** The file of the entry point, relative to the root. */
  readonly entry: string
}

const root = join(import.meta.dirname, '..')

/** @returns the names that entry points export, which they list one by one. */
export function entryNames(...patterns: readonly string[]): readonly EntryName[] {
  return globSync(patterns, { cwd: root })
    .toSorted()
    .flatMap((entry) => {
      const lists = readFileSync(join(root, entry), 'utf8').matchAll(/^export (?:type )?\{([^}]*)\}/gm)
      const names = Array.from(lists).flatMap(([, list = '']) => list.match(/\w+(?=\s*(?:,|$))/g) ?? [])
      return names.map((name) => ({ name, entry }))
    })
}
