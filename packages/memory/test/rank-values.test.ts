import { rankValues } from '@skein/memory/runtime'
import { expect, it } from 'vitest'

it('ranks values as searches do: by stems, rare words first, without those that hold none', () => {
  const values = ['Ann likes pizza.', { food: ['ramen', 'pizzas'], note: 'pizza' }, 'Bob works.', 'Ann works on pizza.']
  expect(rankValues(values, 'pizza at works').map(({ index }) => index)).toEqual([3, 2, 1, 0])
  expect(rankValues(values, 'quantum')).toEqual([])
  expect(rankValues([], 'pizza')).toEqual([])
})
