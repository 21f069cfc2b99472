import { expect, it } from 'vitest'

import { cut, drawable } from '../../page/ui/plain.ts'

it('cuts between characters', () => {
  expect(cut('abcdef', 6)).toBe('abcdef')
  expect(cut('abc\ndef', 5)).toBe('abc d…')
  expect(cut('abcd😀f', 5)).toBe('abcd…')
  expect(cut('x'.repeat(1_000_000), 10)).toHaveLength(11)
})

it('removes direction marks for drawings', () => {
  expect(drawable('a\u202Eb\u2066c', 10)).toBe('abc')
})
