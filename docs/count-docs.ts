import { globSync } from 'node:fs'
import { join } from 'node:path'

import { commandPages } from '../scripts/consumers/shown-commands.ts'
import { entryPoints } from '../scripts/manifests.ts'
import { exportedNames, untoldNames, usersNames } from './entry-names.ts'
import { extractExamples } from './extract-examples.ts'
import { deadLinksOf, linksOf, pages } from './links.ts'

const root = join(import.meta.dirname, '..')

/** Counts what readers get and what is checked of it, a line each. */
export function countDocs(): readonly string[] {
  const examples = extractExamples()
  const ofPages = examples.filter(({ name }) => name.includes('.md:'))
  const ran = examples.filter(({ run }) => run).length
  const files = pages()
  const recipes = globSync(['examples/*.ts', 'examples/recipes/*.ts'], { cwd: root })
  return [
    `${globSync('docs/guide/*.md', { cwd: root }).length} guides`,
    `${ofPages.length} snippets of pages and ${examples.length - ofPages.length} of doc comments`,
    `${ran} of them run in the oldest and the newest Node.js, all type-check`,
    `${commandPages(root).flatMap(({ lines }) => lines).length} commands of pages, run as written`,
    `${recipes.filter((file) => !file.endsWith('.test.ts')).length} files of examples`,
    `${entryPoints(root).reduce((sum, { file }) => sum + exportedNames(file), 0)} exported names`,
    `${usersNames().length} of them for users, ${untoldNames().length} in no guide`,
    `${files.flatMap(linksOf).length} links, ${files.flatMap(deadLinksOf).length} dead`,
  ]
}
