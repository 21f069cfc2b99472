import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

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

/** What users import. Authors of stores and runtimes have entry points of their own, which the API describes. */
const usersEntries = [
  'packages/*/src/index.ts',
  'packages/core/src/testing/index.ts',
  'packages/keyv/src/unstorage.ts',
  'packages/memory/src/telemetry.ts',
]

/** The names that users import. */
export function usersNames(): readonly EntryName[] {
  return entryNames(...usersEntries)
}

/** The names that users import and no guide mentions. */
export function untoldNames(): readonly EntryName[] {
  const guides = globSync('docs/guide/*.md', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'))
  const told = new Set(guides.flatMap((text) => text.match(/\w+/g) ?? []))
  return usersNames().filter(({ name }) => !told.has(name))
}

/**
 * The functions and classes that users import and whose doc comment has no example. Errors have the page of errors
 * instead.
 */
export function callsWithoutExample(): readonly string[] {
  return globSync(usersEntries, { cwd: root }).flatMap((entry) => {
    const lists = readFileSync(join(root, entry), 'utf8').matchAll(/^export \{([^}]*)\} from '(\.[^']+)'/gm)
    return Array.from(lists).flatMap(([, list = '', file = '']) => {
      const source = readFileSync(join(root, dirname(entry), file), 'utf8')
      const ends = Array.from(
        source.matchAll(/ \* @example\n(?:(?!\*\/)[^])*\*\/\nexport (?:async |abstract )?(?:function|class) (\w+)/g),
      )
      const shown = new Set(ends.map(([, name]) => name))
      const calls = Array.from(source.matchAll(/^export (?:async |abstract )?(?:function|class) (\w+)/gm))
      const exported = calls.flatMap(([, name = '']) => (list.match(/\w+/g)?.includes(name) ? [name] : []))
      return [...new Set(exported)]
        .filter((name) => !name.endsWith('Error') && !shown.has(name))
        .map((name) => `${name} of ${entry}`)
    })
  })
}

/** The number of names that an entry point exports. @throws when it does not name each of them. */
export function exportedNames(file: string): number {
  const text = readFileSync(file, 'utf8')
  if (text.includes('export *')) throw new Error(`${file} does not name its exports.`)
  return Array.from(text.matchAll(/export (?:type )?\{([^}]*)\}/g)).flatMap(([, names = '']) =>
    names.split(',').filter((name) => name.trim() !== ''),
  ).length
}
