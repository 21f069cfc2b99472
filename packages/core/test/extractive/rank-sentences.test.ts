import { expect, it } from 'vitest'

import { rankSentences } from '../../src/extractive/rank-sentences.ts'
import type { RankedSentence } from '../../src/extractive/rank-sentences.ts'
import { termReader } from '../../src/extractive/terms.ts'

const read = termReader()

function sentence(text: string, { leads = false, form = 1 }: Partial<RankedSentence> = {}): RankedSentence {
  return { terms: read(text), leads, form }
}

const energy = sentence('Domestic energy production rose while energy imports from abroad fell sharply.')

it('puts what most sentences are about first', () => {
  const arts = sentence('Museums, orchestras and theaters receive modest federal grants every single year.')
  const more = sentence('New energy plants will raise domestic energy production in the coming years.')
  expect(rankSentences([arts, energy, more], 3)[0]).not.toBe(0)
})

it('says nothing twice', () => {
  const again = sentence('While energy imports from abroad fell sharply, domestic energy production rose.')
  expect(rankSentences([energy, again], 2)).toEqual([0])
})

it('never chooses what does not stand alone or has no terms', () => {
  const heading = sentence('ENERGY SECURITY', { form: 0 })
  expect(rankSentences([heading, sentence('It is.'), energy], 5)).toEqual([2])
})

it('prefers the first of equals, and a leading sentence', () => {
  // Different words of the same weight: nothing but the place tells them apart.
  const one = 'Alpha bravo charlie delta echo foxtrot golf hotel.'
  const two = 'India juliet kilo lima mike november oscar papa.'
  expect(rankSentences([sentence(one), sentence(two)], 2)).toEqual([0, 1])
  expect(rankSentences([sentence(one), sentence(two, { leads: true })], 2)).toEqual([1, 0])
})

it('gives nothing for nothing', () => {
  expect(rankSentences([], 3)).toEqual([])
})
