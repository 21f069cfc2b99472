import { describe, expect, it } from 'vitest'

import type { DropReason } from '../../src/models/cite.ts'
import { lackOfEvidence, withEvidence } from '../../src/models/evidence.ts'

const text = 'The geese flew south. The geese were many, and the geese were loud: forty birds in a wide and noisy line.'

function lackOf(quote: string, passage = text): DropReason | undefined {
  const start = passage.indexOf(quote)
  return lackOfEvidence(passage, { start, end: start + quote.length })
}

describe('a quote', () => {
  it.each(['T', 'the', 'and the', 'in a', 'geese', 'forty'])('of %j says too little', (quote) => {
    expect(lackOf(quote)).toBe('little')
  })

  it('that stands in its passage twice needs to be longer', () => {
    expect(lackOf('geese were')).toBe('little')
    const twice = 'Prices rose sharply in May. They say prices rose sharply in June.'
    expect(lackOf('rose sharply', twice)).toBe('repeated')
    expect(lackOf('rose sharply in May', twice)).toBeUndefined()
    const long = 'Acme raised all wholesale prices in spring. Acme raised all wholesale prices in spring.'
    expect(lackOf('Acme raised all wholesale prices in spring', long)).toBeUndefined()
  })

  it.each(['flew south', 'forty birds in a wide and noisy line', 'geese flew'])('of %j is evidence', (quote) => {
    expect(lackOf(quote)).toBeUndefined()
  })

  it('may be short where its passage is', () => {
    expect(lackOf('42', '42')).toBeUndefined()
    expect(lackOf('42', 'It was 42.')).toBe('little')
  })

  it('is read by words in languages that are written without spaces', () => {
    const chinese = '公司在春天提高了所有产品的价格。客户没有抱怨。'
    expect(lackOf('提高了所有产品的价格', chinese)).toBeUndefined()
    expect(lackOf('价', chinese)).toBe('little')
  })
})

describe('a model that cites by itself', () => {
  const passages = [{ id: 'p', text }]
  const at = (quote: string): { passage: string; start: number; end: number } => {
    const start = text.indexOf(quote)
    return { passage: 'p', start, end: start + quote.length }
  }

  it('loses sentences without evidence, and they are counted', () => {
    const sentences = [
      { text: 'They went south.', citations: [at('flew south'), at('the')] },
      { text: 'They like fish.', citations: [at('and')] },
      { text: 'It is elsewhere.', citations: [{ passage: 'q', start: 0, end: 5 }] },
      { text: 'It is nowhere.', citations: [{ passage: 'p', start: 5, end: 5_000 }] },
    ]
    expect(withEvidence(sentences, passages)).toEqual({
      sentences: [{ text: 'They went south.', citations: [at('flew south')] }],
      drops: { little: 1, absent: 2 },
    })
  })

  it('may quote a short sentence as it is', () => {
    const short = [{ id: 'p', text: 'Yes. They flew.' }]
    const sentences = [{ text: 'Yes.', citations: [{ passage: 'p', start: 0, end: 4 }] }]
    expect(withEvidence(sentences, short)).toEqual({ sentences, drops: {} })
  })
})
