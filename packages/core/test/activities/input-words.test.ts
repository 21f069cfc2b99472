import { expect, it } from 'vitest'

import { inputWords } from '../../src/activities/input-words.ts'

it.each([
  ['What was done?', 'What was done?'],
  [{ notes: { id: 'f'.repeat(64), size: 3 }, question: 'What was\n done?' }, 'What was done?'],
  [[{ title: 'Energy', text: { id: 'a'.repeat(64) } }, { title: 'Farms' }], 'Energy, Farms'],
  [{ notes: ['a', 'b', 'a', 'c', 'd', 'e'].map((topic) => ({ topic })), across: true }, 'a, b, c and 2 more'],
  [21, '21'],
  [{ id: 'f'.repeat(64), size: 12, mediaType: 'text/plain' }, undefined],
  [undefined, undefined],
])('says in words what an input is about: %j', (input, words) => {
  expect(inputWords(input)).toBe(words)
})

it('stays one line of limited length', () => {
  expect(inputWords('word '.repeat(1_000_000))).toHaveLength(100)
})

it('ends with inputs that contain themselves', () => {
  const loop: { inner?: unknown } = {}
  loop.inner = loop
  expect(inputWords(loop)).toBeUndefined()
})
