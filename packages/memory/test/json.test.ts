import { isDeepStrictEqual } from 'node:util'

import { mapStore, openMemory } from '@skein/memory'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { decodeFrozen, decodeJson, encodeJson } from '../src/values/json.ts'

/** Whether it contains -0, which JSON can't distinguish from 0. */
function hasMinusZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some((inner) => hasMinusZero(inner))
  return Object.is(value, -0)
}

/** JSON data of all kinds, with property names that break careless code. */
const oddJson = fc.letrec<{ data: unknown }>((tie) => ({
  data: fc.oneof(
    { depthSize: 'small' },
    fc.jsonValue({ stringUnit: 'binary' }),
    fc.array(tie('data'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'toJSON', 'then', 'length', '', '0', '\0'),
        fc.constantFrom('\ud800', '\udfff', '\ufeff', '\u{e9}', 'e\u0301'),
        fc.string({ unit: 'binary', maxLength: 20 }),
      ),
      tie('data'),
      { maxKeys: 5, noNullPrototype: true },
    ),
    fc.string({ unit: 'binary' }).map((text) => `${text}\ud800`),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
  ),
})).data

describe('JSON data', () => {
  it('survives a round trip exactly', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        fc.pre(!hasMinusZero(value))
        expect(decodeJson(encodeJson(value))).toEqual(value)
        expect(decodeFrozen(encodeJson(value))).toEqual(value)
      }),
    )
  })

  it('written as a fact comes back with the same names and types', async () => {
    await using memory = await openMemory({ store: mapStore() })
    const { facts } = memory.as({ id: 'me', role: 'test' })
    await fc.assert(
      fc.asyncProperty(oddJson, async (value) => {
        fc.pre(!hasMinusZero(value))
        await facts.set('k', value)
        for (const back of [await facts.get('k'), (await facts.read('k', { consistency: 'strong' }))?.value]) {
          expect(JSON.stringify(back)).toBe(JSON.stringify(value))
          expect(isDeepStrictEqual(back, value)).toBe(true)
        }
      }),
      { numRuns: 1_000 },
    )
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('is refused if it would not survive', () => {
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

  it('returned by reference cannot be changed at any depth', () => {
    const value = decodeFrozen('{"a":[{"b":1}]}') as { a: { b: number }[] }
    expect(() => (value.a[0] as { b: number }).b++).toThrow(TypeError)
    expect(() => value.a.push({ b: 2 })).toThrow(TypeError)
  })

  it('may be deep, up to a limit', () => {
    const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`)
    expect(encodeJson(nested(500))).toHaveLength(1_000)
    expect(() => encodeJson(nested(501))).toThrow('500 levels')
  })

  it('of 50 MB is kept', () => {
    const text = 'ü'.repeat(25_000_000)
    expect(decodeJson(encodeJson(text)) === text).toBe(true)
  })
})
