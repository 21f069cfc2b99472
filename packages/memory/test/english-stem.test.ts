import { stemmer } from '@orama/stemmers/english'
import { expect, it } from 'vitest'

import { englishStem } from '../src/search/english-stem.ts'

const suffixes =
  's es ies sses ss eed ed ing y ational tional enci anci izer bli alli entli eli ousli ization ation ator alism iveness ' +
  'fulness ousness aliti iviti biliti logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ' +
  'ment ent ou ism ate iti ous ive ize sion tion ion e ll'
const words =
  'ponies caress cats feed agreed plastered bled motoring sing conflated troubled sized hopping tanned falling hissing ' +
  'fizzed failing happy sky relational triplicate adoption adjustable controlling roll probate rate cease yes yyed yying'

it('gives the stems that indexes were made with', () => {
  const beginnings = [
    '',
    'a',
    'b',
    'y',
    'tr',
    'ab',
    'by',
    'hop',
    'hopp',
    'sky',
    'oat',
    'trouble',
    'generaliz',
    'abil',
    'yell',
  ]
  const all = suffixes.split(' ')
  const made = beginnings.flatMap((one) => all.flatMap((two) => [one + two, ...all.map((three) => one + two + three)]))
  const different = [...words.split(' '), ...made].filter((word) => englishStem(word) !== stemmer(word))
  expect(different).toEqual([])
})
