import { OptionError } from '@skein/memory'
import { requireObject, requireOptions } from '@skein/memory/runtime'
import { describe, expect, it } from 'vitest'

const kinds = { threads: 'number', timeoutMs: 'any', name: 'string', onProgress: 'function', within: 'object' } as const

function errorOf(options: unknown, path?: string): OptionError {
  try {
    requireOptions('start', options as object, kinds, path)
  } catch (error) {
    return error as OptionError
  }
  throw new Error('These options are accepted.')
}

describe('options', () => {
  it('are handed back, and count as left out when they or their values are undefined', () => {
    const given = { threads: 2, name: undefined, within: { any: 1 } }
    expect(requireOptions('start', given, kinds)).toBe(given)
    expect(requireOptions('start', undefined, kinds)).toEqual({})
  })

  it.each([
    ['thread', 'threads'],
    ['THREADS', 'threads'],
    ['treads', 'threads'],
    ['thraeds', 'threads'],
    ['timeout', 'timeoutMs'],
    ['timeoutMS', 'timeoutMs'],
    ['onprogress', 'onProgress'],
    ['nmae', 'name'],
  ])('with the name %j are told that %j is meant', (wrong, meant) => {
    const { message, option } = errorOf({ [wrong]: 1 })
    expect(option).toBe(wrong)
    expect(message).toBe(`\`${wrong}\` is not an option of start. Did you mean \`${meant}\`?`)
  })

  it.each(['x', 'colour', 'constructor', 'toString', 'hasOwnProperty'])(
    'with the name %j are told all names',
    (wrong) => {
      const { message } = errorOf({ [wrong]: 1 })
      expect(message).toBe(`\`${wrong}\` is not an option of start. It takes ${Object.keys(kinds).join(', ')}.`)
    },
  )

  it('do not get past by being inherited', () => {
    expect(errorOf(Object.create({ thread: 1 })).option).toBe('thread')
  })

  it.each([
    [{ threads: '2' }, 'threads', 'a number, got "2"'],
    [{ name: 7 }, 'name', 'a string, got 7'],
    [{ onProgress: {} }, 'onProgress', 'a function'],
    [{ within: () => {} }, 'within', 'an object'],
    [{ within: [] }, 'within', 'an object'],
    [{ within: null }, 'within', 'an object, got null'],
    [{ within: Promise.resolve({}) }, 'within', 'await it first'],
  ])('of the wrong type are named: %o', (given, option, expected) => {
    const error = errorOf(given)
    expect(error.option).toBe(option)
    expect(error.message).toContain(expected)
  })

  it.each([null, 'flock.db', 3, [], () => {}])('must be an object, not %o', (given) => {
    expect(errorOf(given)).toMatchObject({ option: 'options', message: expect.stringContaining('threads') as string })
  })

  it('within options are named by their path', () => {
    expect(errorOf({ thread: 1 }, 'pool').option).toBe('pool.thread')
    expect(errorOf({ threads: '1' }, 'pool').option).toBe('pool.threads')
    expect(errorOf(null, 'pool').option).toBe('pool')
  })
})

it('an object is anything but an array, a function and a promise', () => {
  expect(() => requireObject('memory', new Map())).not.toThrow()
  for (const value of [[], () => {}, null, undefined, 'text', Promise.resolve({})]) {
    expect(() => requireObject('memory', value)).toThrow(OptionError)
  }
})
