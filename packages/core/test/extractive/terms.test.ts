import fc from 'fast-check'
import { expect, it } from 'vitest'

import { asksForContent, questionConcepts } from '../../src/extractive/question-concepts.ts'
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

it('reads pairs of letters where no spaces part words', () => {
  expect(termReader('zh')('北京大学')).toEqual(['北京', '京大', '大学'])
  expect(termReader('ja')('東京の夜です')).toEqual(['東京', '夜'])
})

it('reads the same word in all its forms', () => {
  const forms = [
    ['de', 'Häuser', 'Häusern'],
    ['fr', 'habitants', 'habitant'],
    ['ru', 'телескоп', 'телескопа'],
    ['ar', 'السوق', 'سوق'],
    ['el', 'λιμάνι', 'λιμανι'],
  ] as const
  for (const [language, one, other] of forms) expect(termReader(language)(one)).toEqual(termReader(language)(other))
})

it('leaves out the words of asking', () => {
  const terms = (question: string): string[] =>
    questionConcepts(question, ['en']).flatMap((concept) => [...concept.terms])
  expect(terms('What does this report say about energy prices? Energy!')).toEqual(['energi', 'price'])
  expect(asksForContent('Please summarize the key points of the document.')).toBe(false)
  expect(asksForContent('Energy?')).toBe(true)
})
