import { expect, it } from 'vitest'

import { isStrict } from '../src/requests/strict-schema.ts'

const closed = (properties: object, rest: object = {}): object => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...rest,
})
const nested = (levels: number): object => (levels === 1 ? { type: 'string' } : closed({ a: nested(levels - 1) }))

it.each([
  ['a closed object', closed({ a: { type: 'string' } })],
  ['an empty object', closed({})],
  [
    'lists, unions, constants and references',
    closed(
      { a: { type: 'array', items: { $ref: '#/$defs/b' } }, c: { anyOf: [{ const: 1 }, { type: 'null' }] } },
      { $defs: { b: closed({}) } },
    ),
  ],
  ['a type that may be null', closed({ a: { type: ['string', 'null'] } })],
  [
    'limits, formats and descriptions',
    closed({
      a: { type: 'string', format: 'date', pattern: '^a', description: 'x' },
      b: { type: 'number', minimum: 1 },
    }),
  ],
  ['ten levels', nested(10)],
])('OpenAI enforces %s', (_, schema) => {
  expect(isStrict(schema)).toBe(true)
})

it.each([
  ['no schema', {}],
  ['a list at the root', { type: 'array', items: { type: 'string' } }],
  ['a union at the root', { anyOf: [closed({}), closed({ a: { type: 'string' } })] }],
  ['a word at the root', { type: 'string' }],
  ['an open object', { type: 'object', properties: {}, required: [] }],
  ['an optional property', closed({ a: { type: 'string' } }, { required: [] })],
  ['a dictionary', { type: 'object', additionalProperties: { type: 'string' } }],
  ['an open object within', closed({ a: { type: 'object' } })],
  ['an empty part', closed({ a: {} })],
  ['a part that is no schema', closed({ a: true })],
  ['`oneOf`', closed({ a: { oneOf: [{ type: 'string' }, { type: 'number' }] } })],
  ['`allOf`', closed({ a: { allOf: [closed({})] } })],
  ['`not`', closed({ a: { not: { type: 'string' } } })],
  ['a tuple', closed({ a: { type: 'array', prefixItems: [{ type: 'string' }], items: false } })],
  ['a list of anything', closed({ a: { type: 'array' } })],
  ['a default', closed({ a: { type: 'string', default: 'x' } })],
  [
    'a reference with a description',
    closed({ a: { $ref: '#/$defs/b', description: 'x' } }, { $defs: { b: closed({}) } }),
  ],
  ['a definition that is open', closed({ a: { $ref: '#/$defs/b' } }, { $defs: { b: { type: 'object' } } })],
  ['a pattern that looks ahead', closed({ a: { type: 'string', pattern: '^(?!x)' } })],
  ['an unknown format', closed({ a: { type: 'string', format: 'uri' } })],
  ['`propertyNames`', closed({}, { propertyNames: { type: 'string' } })],
  ['eleven levels', nested(11)],
  ['too many values', closed({ a: { enum: Array.from({ length: 1_001 }, (_, index) => index) } })],
  [
    'too many properties',
    closed(Object.fromEntries(Array.from({ length: 5_001 }, (_, index) => [`p${index}`, { type: 'null' }]))),
  ],
])('OpenAI does not enforce %s', (_, schema) => {
  expect(isStrict(schema)).toBe(false)
})
