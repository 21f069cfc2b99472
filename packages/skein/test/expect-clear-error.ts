import { expect } from 'vitest'

import type { Ended } from './run-skein.ts'

/** One sentence or two on standard error (a hint may follow), nothing on standard output. */
export function expectClearError(ended: Pick<Ended, 'code' | 'stdout' | 'stderr'>, code: number, text: RegExp): void {
  const said = ended.stderr.replaceAll(/^\w+: \d+ of \d+\n/gm, '')
  expect(said).toMatch(text)
  expect(ended).toMatchObject({ code, stdout: '' })
  expect(said.trim().split('\n').length).toBeLessThanOrEqual(3)
  expect(said).not.toMatch(/ {4}at /)
}
