import { indexTerms, termReader } from '@skein/memory/runtime'
import { expect, it } from 'vitest'

it('reads words as search does, without function words', () => {
  expect(termReader('en', ['the', 'of'])("The children's prices of coffee")).toEqual(['child', 'price', 'coffe'])
  const text = 'Prices rose; analyses of parseHTTPRequest disagree.'
  expect(termReader('en', [])(text)).toEqual(indexTerms(text))
})

it('stems each language by its own rules, without marks of the language', () => {
  const forms = [
    ['de', 'Häuser', 'Häusern'],
    ['fr', "l'habitant", 'habitants'],
    ['pl', 'wieżami', 'wieżach'],
    ['ru', 'телескоп', 'телескопа'],
    ['hi', 'किताबें', 'किताब'],
  ] as const
  for (const [language, one, other] of forms) {
    const read = termReader(language, [])
    expect(read(one)).toEqual(read(other))
    expect(read(one).join()).not.toContain(':')
  }
})

it('leaves out contractions of function words, and hiragana beside other letters', () => {
  expect(termReader('en', ['we', 'do'])("We'll see, they don't")).toEqual(['see', 'thei'])
  expect(termReader('ja', [])('東京の夜です')).toEqual(['東京', '夜'])
})
