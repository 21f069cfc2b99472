import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

import { beforeAll, expect, test } from 'vitest'

import { examplesFolder, extractExamples } from './extract-examples.ts'

// What an example writes lands beside it, where nobody keeps it.
beforeAll(() => process.chdir(examplesFolder))

const examples = extractExamples()

// Blocks marked `no-run` are only type-checked, by `pnpm check`.
for (const { name, path } of examples.filter(({ run }) => run)) {
  test(name, () => import(pathToFileURL(path).href))
}

test('what readers see runs in the oldest Node.js, which knows no `using`', () => {
  const newer = examples.filter(({ path }) => /^\s*(?:await )?using \w+ = /m.test(readFileSync(path, 'utf8')))
  expect(newer.map(({ name }) => name)).toEqual([])
})
