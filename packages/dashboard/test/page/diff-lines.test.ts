import { expect, it } from 'vitest'

import { diffLines } from '../../page/memory/diff-lines.ts'

it('compares texts line by line', () => {
  expect(diffLines('a\nb\nc', 'a\nx\nc')).toEqual([
    { change: 'same', text: 'a' },
    { change: 'removed', text: 'b' },
    { change: 'added', text: 'x' },
    { change: 'same', text: 'c' },
  ])
})
