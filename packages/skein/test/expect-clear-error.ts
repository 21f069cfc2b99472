import { expect } from 'vitest'

import type { Ended } from './run-skein.ts'

/** Expects one or two sentences on standard error (a hint may follow), and nothing on standard output. */
export function expectClearError(ended: Pick<Ended, 'code' | 'stdout' | 'stderr'>, code: number, text: RegExp): void {
  const message = ended.stderr.replaceAll(/^\w+: \d+ of \d+\n/gm, '')
  expect(message).toMatch(text)
  expect(ended).toMatchObject({ code, stdout: '' })
  expect(message.trim().split('\n').length).toBeLessThanOrEqual(3)
  expect(message).not.toMatch(/ {4}at /)
}
