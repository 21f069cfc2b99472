import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { findQuote } from '../../src/text/find-quote.ts'

/** What a quote finds, word for word as the text has it. */
function found(text: string, quote: string): string | undefined {
  const place = findQuote(text, quote)
  return place && text.slice(place.start, place.end)
}

const text = fc.string({ unit: 'grapheme', maxLength: 60 })
describe('a quote', () => {
  it('is found anywhere in a text', () => {
    fc.assert(
      fc.property(text, text, text, (before, quote, after) => {
        fc.pre(quote.trim() !== '')
        expect(found(before + quote + after, quote)).toBe(quote.trim())
      }),
    )
  })

  it('is found in any normal form, and gives a part of the original', () => {
    const words = fc.string({
      unit: fc.constantFrom(...Array.from('aéñüЙがकि한ﬁ的 ,-’"')),
      minLength: 3,
      maxLength: 40,
    })
    fc.assert(
      fc.property(words, fc.constantFrom('NFC', 'NFD', 'NFKC'), (original, form) => {
        fc.pre(/\p{L}/u.test(original))
        expect(found(original, original.normalize(form))?.normalize('NFKC')).toContain(
          /\p{L}/u.exec(original.normalize('NFKC'))?.[0],
        )
      }),
    )
  })

  // What the text says, how it is quoted, and what of the text that must give, if not all.
  it.each<[kind: string, original: string, quote: string, given?: string]>([
    ['composed marks', 'The cafe\u0301 closed early.', 'The café closed early.'],
    ['decomposed marks', 'The café closed early.', 'The cafe\u0301 closed early.'],
    ['marks in another order', 'a\u0323\u0307 word here', 'a\u0307\u0323 word here'],
    ['marks of their own', 'a \u093Fﬁeld here', '\u093Ffield here', '\u093Fﬁeld here'],
    ['Hangul in parts', '한국어 문장입니다', '한국어 문장입니다'.normalize('NFD')],
    ['ligatures', 'The oﬃce was ﬂooded ﬁrst.', 'The office was flooded first.'],
    ['ligatures in the quote', 'The office was flooded first.', 'The oﬃce was ﬂooded ﬁrst.'],
    ['Arabic presentation forms', 'ﻣﺮﺣﺒﺎ ﺑﻜﻢ', 'مرحبا بكم'],
    ['soft hyphens', 'The moun\u00ADtains are high.', 'The mountains are high.'],
    ['soft hyphens at a line end', 'The moun\u00AD\ntains are high.', 'The mountains are high.'],
    ['hyphens at a line end', 'The moun-\n  tains are high.', 'The mountains are high.'],
    ['hyphens at a line end that belong there', 'A well-\nknown lake.', 'A well-known lake.'],
    ['hyphens at a line end in the quote', 'The mountains are high.', 'The moun-\ntains are high.'],
    ['the sign for an ellipsis', 'They waited… and waited.', 'They waited... and waited.'],
    ['dots for an ellipsis', 'They waited ... and waited.', 'They waited … and waited.'],
    ['spaced dots', 'They waited . . . and waited.', 'They waited... and waited.'],
    ['typographic quotation marks', '“It’s done,” she said.', '"It\'s done," she said.'],
    ['German quotation marks', '„Es ist getan“, sagte sie.', '"Es ist getan", sagte sie.'],
    ['French quotation marks', 'Elle dit « c’est fait » ce soir.', 'Elle dit "c\'est fait" ce soir.'],
    ['Japanese quotation marks', '彼女は「終わった」と言った。', '彼女は"終わった"と言った。'],
    ['single for double quotation marks', 'They said "it is done" at noon.', "They said 'it is done' at noon."],
    ['no quotation marks', 'They said "it is done" at noon.', 'They said it is done at noon.'],
    ['primes', 'O′Brien said ″no″ twice.', 'O\'Brien said "no" twice.'],
    ['em dashes', 'She came—and left.', 'She came - and left.'],
    ['en dashes', 'From 5–6 to 7–8 o’clock.', "From 5-6 to 7-8 o'clock."],
    ['minus signs', 'It fell to −5 degrees.', 'It fell to -5 degrees.'],
    ['double hyphens', 'She came -- and left.', 'She came—and left.'],
    ['non-breaking hyphens', 'A non\u2011breaking space.', 'A non-breaking space.'],
    ['zero-width characters', 'The geese\u200B flew\u200D over\uFEFF it.', 'The geese flew over it.'],
    ['marks of direction', 'The \u202Ageese\u202C flew\u200F over it.', 'The geese flew over it.'],
    ['variation selectors', 'I ❤\uFE0F the lake.', 'I ❤ the lake.'],
    ['full-width forms', 'Ｔｈｅ　ｐｒｉｃｅ　ｉｓ　１２％．', 'The price is 12%.'],
    ['full-width punctuation', '价格，是12元！', '价格,是12元!'],
    ['half-width kana', 'ｶﾞｲﾄﾞの話です', 'ガイドの話です'],
    ['non-breaking spaces', 'It costs 12\u00A0000\u202F€ today.', 'It costs 12 000 € today.'],
    ['other line ends', 'The geese\u2028flew\u0085over\r\n\tit.', 'The geese flew over it.'],
    ['line ends in Chinese', '公司在春天提高\n了价格。', '公司在春天提高了价格。'],
    ['the case of its beginning', 'In the autumn the geese left.', 'The geese left.', 'the geese left.'],
    ['a small beginning', 'The geese left.', 'the geese left.'],
    ['Markdown for weight', 'The **geese** flew _south_ today.', 'The geese flew south today.'],
    ['Markdown in the quote', 'The geese flew south today.', 'The **geese** flew `south` today.'],
    ['Markdown links', 'The [geese](https://x.org/a_b) flew.', 'The geese flew.'],
    ['Markdown headings', 'Wild geese', '## Wild geese'],
    ['another end', 'The geese left, and the cows stayed.', 'The geese left.', 'The geese left'],
    ['no end', 'The geese left.', 'The geese left', 'The geese left'],
    ['an end inside of marks', 'They “left early”.', 'They "left early."', 'They “left early'],
    ['marks around it', 'The geese left.', '“The geese left.”'],
    ['dots around it', 'In the autumn the geese left early.', '… the geese left …', 'the geese left'],
    [
      'everything at once',
      '“The  moun-\ntain cafe\u0301”—said he—“is ﬁne”…',
      '"The mountain café" - said he - "is fine"...',
    ],
  ])('is found despite %s, at its place in the original', (_, original, quote, given = original) => {
    // Marks at the ends may be within or without.
    const bare = (some: string | undefined): string | undefined => some?.replaceAll(/^[^\p{L}]+|[^\p{L}%€]+$/gu, '')
    expect(bare(found(`Before it. ${original} After it.`, quote))).toBe(bare(given))
  })

  it.each<[kind: string, original: string, quote: string, given: string]>([
    [
      'dots',
      'Geese flew south, in a long line, over the lake.',
      'Geese flew south ... over the lake',
      'Geese flew south, in a long line, over the lake',
    ],
    [
      'the sign',
      'Geese flew south. Cows slept. Then they ate.',
      'geese flew south… then they ate.',
      'Geese flew south. Cows slept. Then they ate.',
    ],
    [
      'brackets',
      'Geese flew south, in a line, over it.',
      'Geese flew south [...] over it.',
      'Geese flew south, in a line, over it.',
    ],
    [
      'two ellipses',
      'One is here, two is there, three is gone.',
      'One is … two is … is gone',
      'One is here, two is there, three is gone',
    ],
    [
      'parts that stand there often',
      'the cow. the cow. the cow and the calf.',
      'the cow … the calf',
      'the cow and the calf',
    ],
  ])('may leave words out by %s', (_, original, quote, given) => {
    expect(found(`First. ${original} Last.`, quote)).toBe(given)
  })

  it('knows what an ellipsis left out', () => {
    const original = 'Geese flew south, in a long line, over the lake.'
    const { parts = [] } = findQuote(original, 'Geese flew … over the lake') ?? {}
    expect(parts.map(({ start, end }) => original.slice(start, end))).toEqual(['Geese flew', 'over the lake'])
  })

  it.each([
    ['', 'The geese flew.'],
    ['  ', 'The geese flew.'],
    ['\u200B', 'The geese flew.'],
    ['…', 'The geese flew.'],
    ['"!"', 'The geese flew.'],
    ['geese fly', 'The geese flew.'],
    ['It', 'The geese flew.'],
    // Words in another order, or far apart.
    ['flew … geese', 'The geese flew.'],
    ['geese … lake', `The geese flew. ${'They ate. '.repeat(200)} At the lake.`],
    // Within a word or a number.
    ['Art of war.', 'The smart of war.'],
    ['The price rose by 1.', 'The price rose by 12 %.'],
    ['The price rose by 1;', 'The price rose by 1.5 %.'],
    ['“5 percent” of it', 'It was 1.5 percent of it.'],
    // Other numbers, and other words.
    ['It is 102 meters.', 'It is 10² meters.'],
    ['It is 11/2 meters.', 'It is 1½ meters.'],
    ['It fell by 5 degrees', 'It fell by -5 degrees'],
    ['the snake case', 'the snake_case'],
    ['were not there', 'were there'],
    ['cafe closed', 'café closed'],
  ])('%j is not found in %j', (quote, original) => {
    expect(findQuote(original, quote)).toBeUndefined()
  })

  it('is found where it stands first', () => {
    expect(findQuote('A cow’s calf. A cow’s calf.', "A cow's calf.")).toMatchObject({ start: 0, end: 13 })
  })
})
