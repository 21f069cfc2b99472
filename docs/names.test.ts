import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { callsWithoutExample, untoldNames, usersNames } from './entry-names.ts'

const root = join(import.meta.dirname, '..')

it('every name that users import is in a guide', () => {
  expect(usersNames().length).toBeGreaterThan(300)
  expect(untoldNames().map(({ name, entry }) => `${name} of ${entry}`)).toEqual([])
})

it('every function and class that users import has an example', () => {
  expect(callsWithoutExample()).toEqual([])
})

it('every guide is linked from the README', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const guides = globSync('docs/guide/*.md', { cwd: root })
  expect(guides.filter((file) => !readme.includes(`](${file})`))).toEqual([])
})
