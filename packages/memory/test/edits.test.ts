import { expect, it } from 'vitest'

import { editsOf } from '../src/search/edits.ts'

it.each(['receive', 'aaaaa', 'abbab', 'цеены'])('gives each word at one edit from %s once', (word) => {
  const letters = word.startsWith('ц') ? 'абвгдежзийклмнопрстуфхцчшщъыьэюяєіґ' : 'abcdefghijklmnopqrstuvwxyz'
  const places = Array.from({ length: word.length + 1 }, (_, at) => at)
  const expected = places.flatMap((at) => {
    const [before, after] = [word.slice(0, at), word.slice(at)]
    return [
      before + after.slice(1),
      before + after.slice(1, 2) + after.slice(0, 1) + after.slice(2),
      ...Array.from(letters, (letter) => before + letter + after),
      ...Array.from(after === '' ? '' : letters, (letter) => before + letter + after.slice(1)),
    ]
  })
  const different = new Set(expected.filter((edit) => edit !== word))
  expect(editsOf(word).toSorted()).toEqual([...different].toSorted())
})

it('gives none of short words, of very long ones, and of those with digits', () => {
  expect([editsOf('four'), editsOf('a'.repeat(31)), editsOf('w4801')]).toEqual([[], [], []])
})
