import { expect } from 'vitest'

import type { Ended } from './run-skein.ts'

/** Where an error leads: to its section of the guide, to the help or, if it is not ours, to the stack. */
const lead = /^(?:See https:\S+#skein_\w+|\(skein [a-z -]*--help shows how\)|Set SKEIN_DEBUG=1 .*)$/

/** Expects one or two sentences on standard error that lead on (a hint may follow), and nothing on standard output. */
export function expectClearError(ended: Pick<Ended, 'code' | 'stdout' | 'stderr'>, code: number, text: RegExp): void {
  const message = ended.stderr.replaceAll(/^\w+: \d+ of \d+\n/gm, '')
  expect(message).toMatch(text)
  expect(ended).toMatchObject({ code, stdout: '' })
  const lines = message.trim().split('\n')
  const told = lines.filter((line) => !lead.test(line))
  expect(told.length, `leads on: ${message}`).toBeLessThan(lines.length)
  expect(told.length).toBeLessThanOrEqual(3)
  expect(message).not.toMatch(/ {4}at /)
}
