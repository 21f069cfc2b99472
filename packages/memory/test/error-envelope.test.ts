import { OptionError, VersionConflictError } from '@skein/memory'
import { fromEnvelope, toEnvelope } from '@skein/memory/runtime'
import { describe, expect, it } from 'vitest'

const through = (error: unknown): Error => fromEnvelope(structuredClone(toEnvelope(error)))

describe('an error that crosses threads', () => {
  it('keeps class, code, fields, message, stack and causes', () => {
    const error = new VersionConflictError('k', 1, 2, { key: 'k', value: 5 })
    error.cause = new TypeError('deeper', { cause: 'a text' })
    const back = through(error)
    expect(back).toBeInstanceOf(VersionConflictError)
    expect(back).toMatchObject({
      code: 'SKEIN_VERSION_CONFLICT',
      key: 'k',
      expected: 1,
      current: { value: 5 },
      message: error.message,
    })
    expect(back.stack).toBe(error.stack)
    expect(back.cause).toMatchObject({ name: 'TypeError', message: 'deeper', cause: { message: 'Thrown: a text' } })
  })

  it('of an unknown class keeps its name and code', () => {
    class Odd extends Error {
      override name = 'Odd'
      code = 'ODD'
      unsendable = (): void => {}
    }
    const back = through(new Odd('strange'))
    expect(back).toMatchObject({ name: 'Odd', code: 'ODD', message: 'strange' })
    expect(back).not.toHaveProperty('unsendable')
  })

  it('may have itself as its cause', () => {
    const error = new OptionError('a', 'b', 'c')
    error.cause = error
    expect(through(error)).toMatchObject({ code: 'SKEIN_OPTION', cause: { code: 'SKEIN_OPTION' } })
  })

  it.each([undefined, null, 'text', 5, { plain: true }])('may be any thrown value: %j', (thrown) => {
    expect(through(thrown).message).toContain('Thrown')
  })
})
