import { stemmer } from '@orama/stemmers/english'
import { expect, it } from 'vitest'

import { englishStem } from '../src/search/english-stem.ts'
import { numbersFrom } from './numbers-from.ts'

const parts =
  's es ies sses ss eed ed ing at bl iz y ational tional enci anci izer bli alli entli eli ousli ization ation ator alism ' +
  'iveness fulness ousness aliti iviti biliti logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant ' +
  'ement ment ent ou ism ate iti ous ive ize sion tion ion e ll tt ee'

it('gives the stems that the indexes were made with, of real words and of any letters', () => {
  const words =
    'relational conditional rationalization hopping falling hissing fizzed failing filing happy sky dying yes yy yed eyed ' +
    'agreed feed plastered bled motoring sing conflated troubled sized adjustable adoption controlling roll probate cease'
  for (const word of words.split(' ')) expect([word, englishStem(word)]).toEqual([word, stemmer(word)])
})
