import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { entryNames } from './entry-names.ts'

const root = join(import.meta.dirname, '..')

/** What users import. Authors of stores and runtimes have entry points of their own, which the API describes. */
const usersEntries = [
  'packages/*/src/index.ts',
  'packages/core/src/testing/index.ts',
  'packages/keyv/src/unstorage.ts',
  'packages/memory/src/telemetry.ts',
]

it('every name that users import is in a guide', () => {
  const guides = globSync('docs/guide/*.md', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'))
  const told = new Set(guides.flatMap((text) => text.match(/\w+/g) ?? []))
  const untold = entryNames(...usersEntries).filter(({ name }) => !told.has(name))
  expect(untold.map(({ name, entry }) => `${name} of ${entry}`)).toEqual([])
})

it('every guide is linked from the README', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const guides = globSync('docs/guide/*.md', { cwd: root })
  expect(guides.filter((file) => !readme.includes(`](${file})`))).toEqual([])
})
