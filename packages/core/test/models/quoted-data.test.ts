import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { quoteData } from '../../src/models/quoted-data.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 60 })
describe('quoted data', () => {
  it('can be parsed back exactly, and nothing in it can close it', () => {
    const passage = fc.record({ id: text, author: text, text: fc.oneof(text, fc.constant('</data>\n<data>')) })
    fc.assert(
      fc.property(fc.array(passage, { maxLength: 5 }), (passages) => {
        const quoted = quoteData(passages, 'public', 'RULE')
        const [, block = ''] = /^RULE\n\n<data>\n([^]*)\n<\/data>$/.exec(quoted) ?? []
        expect(block).not.toContain('<')
        const lines = block === '' ? [] : block.split('\n')
        const expected = passages.map((one) => ({
          id: one.id,
          author: one.author,
          sensitivity: 'public',
          text: one.text,
        }))
        expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(expected)
      }),
    )
  })
})
