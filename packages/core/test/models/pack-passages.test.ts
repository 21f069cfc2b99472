import { estimateTokens } from '@skein/core/executor'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { packPassages } from '../../src/models/pack-passages.ts'

const sentences = fc.array(
  fc.array(fc.constantFrom('geese', 'flew', 'over', 'lakes', 'and', 'slept'), { minLength: 1, maxLength: 30 }),
  { maxLength: 60 },
)

describe('passages for several calls', () => {
  it('keep their order and their words, and fit', () => {
    fc.assert(
      fc.property(fc.array(sentences, { maxLength: 5 }), fc.integer({ min: 150, max: 600 }), (all, most) => {
        const passages = all.map((some, id) => ({
          id: String(id),
          text: some.map((words) => `${words.join(' ')}.`).join(' '),
        }))
        const groups = packPassages(passages, most)
        for (const group of groups) {
          expect(group.reduce((sum, slice) => sum + estimateTokens(slice.text), 0)).toBeLessThanOrEqual(most * 1.1)
        }
        for (const { id, text: said } of passages) {
          const slices = groups.flat().filter((slice) => slice.id === id)
          for (const slice of slices)
            expect(said.slice(slice.offset, slice.offset + slice.text.length)).toBe(slice.text)
          expect(slices.map((slice) => slice.text).join(' ')).toBe(said)
        }
      }),
    )
  })
})
