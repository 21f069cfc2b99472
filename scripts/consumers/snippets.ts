import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

import { extractExamples } from '../../docs/extract-examples.ts'
import type { Project } from './project.ts'

/**
 * Runs what the README, the guides and the doc comments show, as it is written: no compiler between them and Node.js.
 *
 * @returns the output up to the first that failed; `undefined` when all ran.
 */
export async function runSnippets(project: Project, version: string): Promise<string | undefined> {
  const app = project.sibling(`snippets-${version}`)
  const shown = extractExamples().filter(({ run }) => run)
  const files = shown.map(({ path }) => [basename(path), readFileSync(path, 'utf8')] as const)
  const all = shown.map(({ name, path }) => `console.log('${name}')\nawait import('./${basename(path)}')\n`)
  app.write({ ...expectations, ...Object.fromEntries(files), 'all.mjs': all.join('') })
  const { code, output } = await app.run('node all.mjs', version)
  return code === 0 ? undefined : output
}

/** What the extracted snippets import in place of the test runner, which would compile them. */
const expectations = {
  'node_modules/vitest/package.json': '{ "name": "vitest", "type": "module", "exports": "./index.js" }',
  'node_modules/vitest/index.js': `
import { isDeepStrictEqual, inspect } from 'node:util'

const isEqual = (value, expected) =>
  typeof expected?.matches === 'function' ? expected.matches(value) : isDeepStrictEqual(plain(value), plain(expected))
const plain = (value) => {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(entries.map(([name, field]) => [name, plain(field)]))
}
const matching = (matches) => ({ matches })

export const expect = (value) => ({
  toEqual(expected) {
    if (!isEqual(value, expected)) throw new Error('Expected ' + inspect(expected) + ', got ' + inspect(value))
  },
})
expect.stringContaining = (part) => matching((value) => String(value).includes(part))
expect.objectContaining = (part) => matching((value) => Object.keys(part).every((name) => isEqual(value?.[name], part[name])))
`,
}
