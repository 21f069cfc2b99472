import { describe, expect, it } from 'vitest'

import type { DropReason } from '../../src/models/cite.ts'
import { lackOfEvidence, withEvidence } from '../../src/models/evidence.ts'
import { findQuote } from '../../src/text/find-quote.ts'

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

  it.each([
    ['und der', 'Die Gesellschaft und der Rat haben die Preise beraten.'],
    ['dans le', 'La hausse fut forte dans le nord et faible ailleurs.'],
    ['и не', 'Цены не росли весной и не падали осенью.'],
    ['也很', '公司的员工也很满意，客户没有抱怨。'],
    ['的价格', '公司提高了产品的价格。'],
    ['は', '会社は春にすべての製品の価格を引き上げた。'],
    ['และ', 'ลูกค้าไม่ได้ร้องเรียน และไม่มีใครออกไป'],
    ['는', '회사는 봄에 모든 제품의 가격을 올렸다.'],
    ['no no no no no no', 'They said no no no no no no to it.'],
    ['very very very very very', 'It was very very very very very cold outside.'],
    ['👍👍👍', 'All fine 👍👍👍 in the north.'],
  ])('of %j says too little in any language', (quote, passage) => {
    expect(lackOf(quote, passage)).toBe('little')
  })

  it.each([
    ['Preise beraten', 'Die Gesellschaft und der Rat haben die Preise beraten.'],
    ['цены росли', 'В мае цены росли быстрее.'],
    ['没有抱怨', '公司的员工也很满意，客户没有抱怨。'],
    ['価格を引き上げた', '会社は春にすべての製品の価格を引き上げた。'],
    ['ขึ้นราคาสินค้า', 'บริษัทขึ้นราคาสินค้าทั้งหมดในฤดูใบไม้ผลิ'],
    ['가격을 올렸다', '회사는 봄에 모든 제품의 가격을 올렸다.'],
    ['rose 12', 'Prices rose 12 percent in May.'],
  ])('of %j is evidence in its language', (quote, passage) => {
    expect(lackOf(quote, passage)).toBeUndefined()
  })

  it('that repeats one word is not long', () => {
    const passage = 'Good good good good good news today. Good good good good good news tomorrow.'
    expect(lackOf('good news', passage)).toBe('repeated')
    expect(lackOf('good good good good news', passage)).toBe('repeated')
  })

  it('is read by words in languages that are written without spaces', () => {
    const chinese = '公司在春天提高了所有产品的价格。客户没有抱怨。'
    expect(lackOf('提高了所有产品的价格', chinese)).toBeUndefined()
    expect(lackOf('价', chinese)).toBe('little')
  })
})

describe('a quote with an ellipsis', () => {
  const passage = 'Wild geese flew south, in a long line, over the lake in the autumn. Cows stayed at home.'
  const judge = (quote: string): string | undefined =>
    lackOfEvidence(passage, findQuote(passage, quote) ?? { start: 0, end: 0 })

  it.each(['Wild geese flew … over the lake', 'geese flew south … in the autumn', 'Wild geese … over the lake'])(
    '%j is evidence',
    (quote) => {
      expect(judge(quote)).toBeUndefined()
    },
  )

  it.each(['geese … home', 'Wild geese flew south … the', 'in a … in the', 'geese … lake', 'in a … over the lake'])(
    '%j says too little, whatever it leaves out',
    (quote) => {
      expect(judge(quote)).toBe('little')
    },
  )
})

describe('a model that cites by itself', () => {
  const usage = { inputTokens: 1, outputTokens: 1 }
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
    expect(withEvidence({ sentences, usage }, passages)).toEqual({
      sentences: [{ text: 'They went south.', citations: [at('flew south')] }],
      dropped: 3,
      droppedFor: { little: 1, absent: 2 },
      usage,
    })
  })

  it.each(['the', 'T', '…'])('may not quote %j as a sentence', (said) => {
    const passage = [{ id: 'p', text: `T is the first of … them.` }]
    const start = passage[0]?.text.indexOf(said) ?? 0
    const sentences = [{ text: said, citations: [{ passage: 'p', start, end: start + said.length }] }]
    expect(withEvidence({ sentences, usage }, passage)).toMatchObject({ sentences: [], droppedFor: { little: 1 } })
  })

  it('may quote a short sentence as it is', () => {
    const short = [{ id: 'p', text: 'Yes. They flew.' }]
    const sentences = [{ text: 'Yes.', citations: [{ passage: 'p', start: 0, end: 4 }] }]
    expect(withEvidence({ sentences, usage }, short)).toEqual({ sentences, usage })
  })
})
