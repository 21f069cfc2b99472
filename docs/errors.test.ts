import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Names of environment variables, and the beginning that some codes have in common. */
const others = new Set(['SKEIN_DEBUG', 'SKEIN_ENCRYPT_FROM', 'SKEIN_KEYS', 'SKEIN_MODEL_'])

/** Every code that the packages' sources contain. */
function codesInSources(): readonly string[] {
  const texts = globSync('packages/*/src/**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'))
  // As a string, or as the key of a table of remedies.
  const found = texts.flatMap((text) => Array.from(text.matchAll(/'(SKEIN_[A-Z_]+)'|^ {2}(SKEIN_[A-Z_]+):/gm)))
  const codes = found.map(([, string, key]) => string ?? key ?? '').filter((code) => !others.has(code))
  return [...new Set(codes)].toSorted()
}

/** The rows of the page: code, cause and remedy. */
function rowsOfPage(): readonly (readonly string[])[] {
  const page = readFileSync(join(root, 'docs/guide/errors.md'), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `SKEIN_'))
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

it('the page of errors has every code once, with its cause and its remedy', () => {
  const rows = rowsOfPage()
  expect(rows.map(([code = '']) => code.replaceAll('`', '')).toSorted()).toEqual(codesInSources())
  expect(rows.filter((row) => row.length !== 3 || row.includes(''))).toEqual([])
})
