import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { packageFolders, readManifest } from '../scripts/manifests.ts'
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

it('the guide to building names every package that a bundle must not include', () => {
  const guide = readFileSync(join(root, 'docs/guide/building.md'), 'utf8')
  const list = guide.match(/`external: \[([^\]]*)\]`/)?.[1] ?? ''
  const named = Array.from(list.matchAll(/'([^']+)'/g), ([, name = '']) => name)
  const packages = packageFolders(root).map((folder) => readManifest(join(root, folder)).name)
  expect(named.toSorted()).toEqual(packages.filter((name) => name !== 'create-skein').toSorted())
})
