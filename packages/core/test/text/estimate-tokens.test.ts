import { estimateTokens } from '@skein/core/executor'
import fc from 'fast-check'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'

import { texts } from './token-texts.ts'

describe('an estimate of tokens', () => {
  it.each(Object.keys(texts))('of %s is within 15 %% of what a tokenizer counts', (name) => {
    const text = texts[name] ?? ''
    const ratio = estimateTokens(text) / countTokens(text)
    expect(Math.abs(ratio - 1), `ratio ${ratio.toFixed(2)}`).toBeLessThanOrEqual(0.15)
  })

  it('is a whole number for any text, 0 for none, and hardly less for a longer one', () => {
    expect(estimateTokens('')).toBe(0)
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const tokens = estimateTokens(text)
        expect(Number.isSafeInteger(tokens) && tokens >= 0).toBe(true)
        expect(tokens).toBeLessThanOrEqual(2 + 3 * text.length)
      }),
    )
  })

  it.each(['a', ' ', '\n', '.', '1', 'e\u0301', '😀', '的', 'aA1', 'ก'])('of a million times %j ends', (unit) => {
    expect(estimateTokens(unit.repeat(1_000_000))).toBeGreaterThan(0)
  })
})
