import { OptionError, StoreError } from '@skein/memory'
import { fromEnvelope, toEnvelope } from '@skein/memory/runtime'
import { describe, expect, it } from 'vitest'

import { describeFailure } from '../src/cli/describe-failure.ts'
import { InputError } from '../src/index.ts'

/** The error as it arrives from another thread. */
const crossed = (error: Error): Error => fromEnvelope(structuredClone(toEnvelope(error)))

describe('a failure', () => {
  it.each([
    ['ours', new InputError('a.txt', 'is empty.'), 1],
    ['ours, from another thread, without its class', crossed(new InputError('a.txt', 'is empty.')), 1],
    ['ours from a store', new StoreError('write', 'No luck.'), 1],
    ['a misuse', new OptionError('files', 'a file', 0), 2],
    ['a misuse that was found in another thread', crossed(new OptionError('files', 'a file', 0)), 2],
  ])('that is %s is said in one line', (_, error, exitCode) => {
    expect(describeFailure(error, false)).toEqual({ text: `skein: ${error.message}\n`, exitCode })
  })

  it.each([
    ['an error', new TypeError('x is not a function'), 'x is not a function'],
    ['an error of the system', Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }), 'EIO: i/o error'],
    ['no error', 'odd', 'odd'],
  ])('that is foreign (%s) comes with a hint', (_, thrown, message) => {
    expect(describeFailure(thrown, false)).toEqual({
      text: `skein: ${message}\nSet SKEIN_DEBUG=1 to see where this comes from.\n`,
      exitCode: 1,
    })
  })

  it('shows where it comes from when asked', () => {
    expect(describeFailure(new InputError('a.txt', 'is empty.'), true).text).toMatch(/is empty\.\n.*\n {4}at /)
  })
})
