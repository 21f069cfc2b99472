import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { decodeFrozen, decodeJson, encodeJson } from '../src/json.ts'

describe('JSON data', () => {
  it('comes back exactly, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        // The one number that JSON can not tell from another.
        fc.pre(
          !JSON.stringify(value, (_, inner: unknown) => (Object.is(inner, -0) ? 'minus zero' : inner)).includes(
            'minus zero',
          ),
        )
        expect(decodeJson(encodeJson(value))).toEqual(value)
        expect(decodeFrozen(encodeJson(value))).toEqual(value)
      }),
    )
  })

  it('is refused when it would not', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withTypedArray: true,
          withSparseArray: true,
          withNullPrototype: true,
        }),
        (value) => {
          let text: string
          try {
            text = encodeJson(value)
          } catch (error) {
            expect(error).toMatchObject({ code: 'SKEIN_VALUE', path: expect.stringMatching(/^\$/) })
            return
          }
          expect(decodeJson(text)).toEqual(value)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('handed out by reference can not be changed at any depth', () => {
    const value = decodeFrozen('{"a":[{"b":1}]}') as { a: { b: number }[] }
    expect(() => (value.a[0] as { b: number }).b++).toThrow(TypeError)
    expect(() => value.a.push({ b: 2 })).toThrow(TypeError)
  })

  it('may be deep, but not endless', () => {
    const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`)
    expect(encodeJson(nested(500))).toHaveLength(1_000)
    expect(() => encodeJson(nested(501))).toThrow('500 levels')
  })

  it('of 50 MB is kept', () => {
    const text = 'ü'.repeat(25_000_000)
    expect(decodeJson(encodeJson(text)) === text).toBe(true)
  })
})
