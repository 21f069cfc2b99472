import fc from 'fast-check'
import { expect, it } from 'vitest'

import { questionTerms } from '../../src/extractive/question-terms.ts'
import { termReader } from '../../src/extractive/terms.ts'

it('reduces words to stems and drops stop words', () => {
  expect(termReader()('The farmers were farming; a farm.')).toEqual(['farmer', 'farm', 'farm'])
})

it("drops what an apostrophe adds: women's is women", () => {
  const read = termReader()
  expect(read("women's rights, we'll see")).toEqual(read('women rights see'))
})

it('reads the same from any text each time', () => {
  const read = termReader()
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(read(text)).toEqual(termReader()(text))
    }),
  )
})

it('leaves out the words of asking', () => {
  const read = termReader()
  expect(questionTerms('What does this report say about energy prices? Energy!', read)).toEqual(['energi', 'price'])
  expect(questionTerms('Please summarize the key points of the document.', read)).toEqual([])
})
