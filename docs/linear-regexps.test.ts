import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { checkRegExps } from '../scripts/linear-regexps.ts'

it('names file, line and an attack for each regular expression that is not linear', () => {
  const root = mkdtempSync(join(tmpdir(), 'skein-regexps-'))
  const folder = join(root, 'packages', 'x', 'src')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'x.ts'),
    [
      'export const linear = [/^a+$/, /[.!?]\\s+/g, new RegExp("^a*b")]',
      'export const fence = /^\\s*```(?:json)?\\s*\\n([^]*?)\\n```\\s*$/',
      'export const spaces = (text: string) => text.replace(/\\s+$/, "")',
      'export const nested = RegExp("^(a+)+$", "u")',
      'export const made = (name: string) => new RegExp(`^${name}`)',
      '// const comment = /(b+)+c/',
    ].join('\n'),
  )
  try {
    expect(checkRegExps(root)).toEqual([
      expect.stringMatching(/^packages\/x\/src\/x\.ts:2: .*2nd degree polynomial time, for example on .*\.repeat\(/),
      expect.stringMatching(/^packages\/x\/src\/x\.ts:3: .*2nd degree polynomial time, for example on .*\.repeat\(/),
      expect.stringMatching(/^packages\/x\/src\/x\.ts:4: .*exponential time, for example on .*\.repeat\(/),
      'packages/x/src/x.ts:5: Write this regular expression as a literal, so that it can be checked.',
    ])
  } finally {
    rmSync(root, { recursive: true })
  }
})
