import { expect, it } from 'vitest'

import { ago, duration } from '../../page/ui/amounts.ts'

it.each([
  [340, '340 ms'],
  [2_400, '2.4 s'],
  [31_000, '31 s'],
  [59_600, '1 min'],
  [96_000, '1 min 36 s'],
  [599_000, '9 min 59 s'],
  [600_000, '10 min'],
  [10_800_000, '3 h'],
  [259_200_000, '3 d'],
])('shows %i ms as %s', (ms, text) => expect(duration(ms)).toBe(text))

it('says in one unit how long ago something was', () => {
  expect([400, 96_000, 7_200_000].map(ago)).toEqual(['now', '2 min ago', '2 h ago'])
})
