import { estimateTokens } from '@skein/core/executor'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { findQuote } from '../../src/models/find-quote.ts'
import { packPassages } from '../../src/models/pack-passages.ts'
import { quoteData } from '../../src/models/quoted-data.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 60 })
const sentences = fc.array(
  fc.array(fc.constantFrom('geese', 'flew', 'over', 'lakes', 'and', 'slept'), { minLength: 1, maxLength: 30 }),
  { maxLength: 60 },
)

describe('a quote', () => {
  it('is found wherever it stands in a text', () => {
    fc.assert(
      fc.property(text, text, text, (before, quote, after) => {
        fc.pre(quote.trim() !== '')
        const whole = before + quote + after
        const found = findQuote(whole, quote)
        expect(whole.slice(found?.start, found?.end)).toBe(quote.trim())
      }),
    )
  })

  it('is found with other spaces and marks, and its place is that of the original', () => {
    const original = '“It’s  done”,\n she said — and left.'
    const found = findQuote(original, `"It's done", she said - and`)
    expect(original.slice(found?.start, found?.end)).toBe('“It’s  done”,\n she said — and')
  })

  it.each(['', '  ', 'geese fly', 'It'])('%j is not in a text that does not say it', (quote) => {
    expect(findQuote('The geese flew.', quote)).toBeUndefined()
  })
})

describe('passages for several calls', () => {
  it('keep their order and their words, and fit', () => {
    fc.assert(
      fc.property(fc.array(sentences, { maxLength: 5 }), fc.integer({ min: 150, max: 600 }), (all, most) => {
        const passages = all.map((some, id) => ({
          id: String(id),
          text: some.map((words) => `${words.join(' ')}.`).join(' '),
        }))
        const groups = packPassages(passages, most)
        for (const group of groups) {
          expect(group.reduce((sum, slice) => sum + estimateTokens(slice.text), 0)).toBeLessThanOrEqual(most * 1.1)
        }
        for (const { id, text: said } of passages) {
          const slices = groups.flat().filter((slice) => slice.id === id)
          for (const slice of slices)
            expect(said.slice(slice.offset, slice.offset + slice.text.length)).toBe(slice.text)
          expect(slices.map((slice) => slice.text).join(' ')).toBe(said)
        }
      }),
    )
  })
})

describe('quoted data', () => {
  it('can be read back exactly, and nothing in it can end it', () => {
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
