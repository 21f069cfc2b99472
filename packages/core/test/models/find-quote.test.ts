import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { findQuote } from '../../src/models/find-quote.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 60 })
describe('a quote', () => {
  it('is found anywhere in a text', () => {
    fc.assert(
      fc.property(text, text, text, (before, quote, after) => {
        fc.pre(quote.trim() !== '')
        const whole = before + quote + after
        const found = findQuote(whole, quote)
        expect(whole.slice(found?.start, found?.end)).toBe(quote.trim())
      }),
    )
  })

  it('is found despite other spaces and marks, at its place in the original', () => {
    const original = '“It’s  done”,\n she said — and left.'
    const found = findQuote(original, `"It's done", she said - and`)
    expect(original.slice(found?.start, found?.end)).toBe('“It’s  done”,\n she said — and')
  })

  it('is found despite characters that nobody sees, on either side', () => {
    const original = 'The geese\u200B flew over the moun\u00ADtains.'
    const found = findQuote(original, 'geese flew over the moun\u2060tains')
    expect(original.slice(found?.start, found?.end)).toBe('geese\u200B flew over the moun\u00ADtains')
  })

  it.each(['', '  ', '\u200B', 'geese fly', 'It'])('%j is not found in a text without it', (quote) => {
    expect(findQuote('The geese flew.', quote)).toBeUndefined()
  })
})
