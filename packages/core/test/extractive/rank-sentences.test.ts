import { expect, it } from 'vitest'

import { rankSentences } from '../../src/extractive/rank-sentences.ts'
import type { RankedSentence } from '../../src/extractive/rank-sentences.ts'
import { termReader } from '../../src/extractive/terms.ts'

const read = termReader()

function sentence(text: string, leads = false): RankedSentence {
  return { text, terms: read(text), leads }
}

const energy = sentence('Domestic energy production rose while energy imports from abroad fell sharply.')
const farm = sentence('Farm incomes rose because grain prices and dairy support were increased again.')
const arts = sentence('Museums, orchestras and theaters receive modest federal grants every single year.')

it('puts what the question asks for first', () => {
  const sentences = [energy, farm, arts]
  expect(rankSentences(sentences, { questionTerms: read('grain prices'), limit: 1 })).toEqual([1])
  expect(rankSentences(sentences, { questionTerms: read('theater grants'), limit: 1 })).toEqual([2])
})

it('leaves out what is off the point', () => {
  expect(rankSentences([energy, farm, arts], { questionTerms: read('energy imports'), limit: 3 })).toEqual([0])
})

it('summarizes when the question names nothing in the text', () => {
  const sentences = [
    arts,
    energy,
    sentence('New energy plants will raise domestic energy production in the coming years.'),
  ]
  const ranked = rankSentences(sentences, { questionTerms: read('zebras'), limit: 3 })
  expect(ranked).toEqual(rankSentences(sentences, { questionTerms: [], limit: 3 }))
  expect(ranked[0]).not.toBe(0)
})

it('says nothing twice', () => {
  const again = sentence('While energy imports from abroad fell sharply, domestic energy production rose.')
  expect(rankSentences([energy, again], { questionTerms: [], limit: 2 })).toEqual([0])
})

it('never chooses headings or what has no terms', () => {
  const sentences = [
    sentence('ENERGY SECURITY'),
    sentence('# Energy'),
    sentence('Energy policy'),
    sentence('It is.'),
    energy,
  ]
  expect(rankSentences(sentences, { questionTerms: read('energy'), limit: 5 })).toEqual([4])
})

it('prefers the first of equals, and a leading sentence', () => {
  // Different words of the same weight: nothing but the place tells them apart.
  const one = 'Alpha bravo charlie delta echo foxtrot golf hotel.'
  const two = 'India juliet kilo lima mike november oscar papa.'
  expect(rankSentences([sentence(one), sentence(two)], { questionTerms: [], limit: 2 })).toEqual([0, 1])
  expect(rankSentences([sentence(one), sentence(two, true)], { questionTerms: [], limit: 2 })).toEqual([1, 0])
})

it('gives nothing for nothing', () => {
  expect(rankSentences([], { questionTerms: [], limit: 3 })).toEqual([])
})
