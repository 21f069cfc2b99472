import { pathToFileURL } from 'node:url'

import { beforeAll, test } from 'vitest'

import { examplesFolder, extractExamples } from './extract-examples.ts'

// What an example writes lands beside it, where nobody keeps it.
beforeAll(() => process.chdir(examplesFolder))

// Blocks marked `no-run` are only type-checked, by `pnpm check`.
for (const { name, path } of extractExamples().filter(({ run }) => run)) {
  test(name, () => import(pathToFileURL(path).href))
}
