import { OptionError, StoreError } from '@skein/memory'
import { fromEnvelope, toEnvelope } from '@skein/memory/runtime'
import { describe, expect, it } from 'vitest'

import { describeFailure } from '../src/cli/describe-failure.ts'
import { InputError } from '../src/index.ts'

/** An error as it arrives from another thread. */
const crossed = (error: Error): Error => fromEnvelope(structuredClone(toEnvelope(error)))

describe('describeFailure', () => {
  it.each([
    ['ours', new InputError('a.txt', 'is empty.'), 1],
    ['ours, from another thread, without its class', crossed(new InputError('a.txt', 'is empty.')), 1],
    ['ours from a store', new StoreError('write', 'No luck.'), 1],
    ['misuse', new OptionError('files', 'a file', 0), 2],
    ['misuse that another thread found', crossed(new OptionError('files', 'a file', 0)), 2],
  ])('describes an error that is %s in one line, and leads to its section of the guide', (_, error, exitCode) => {
    const code = String('code' in error && error.code).toLowerCase()
    expect(describeFailure(error, false)).toEqual({
      lines: [`skein: ${error.message}`, expect.stringMatching(new RegExp(`^See https:.*/errors\\.md#${code}$`))],
      exitCode,
    })
  })

  it.each([
    ['an error', new TypeError('x is not a function'), 'x is not a function'],
    ['a system error', Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }), 'EIO: i/o error'],
    ['no error', 'odd', 'odd'],
  ])('adds a hint to what is foreign: %s', (_, thrown, message) => {
    expect(describeFailure(thrown, false)).toEqual({
      lines: [`skein: ${message}`, 'Set SKEIN_DEBUG=1 to see where this comes from.'],
      exitCode: 1,
    })
  })

  it('adds the stack when debugging', () => {
    const { lines } = describeFailure(new InputError('a.txt', 'is empty.'), true)
    expect(lines.join('\n')).toMatch(/is empty\.\n.*\n {4}at /)
  })
})
