import { costOf, priceOf } from '@skein/core/executor'
import { expect, it } from 'vitest'

const price = (inputPerMillion: number) => ({ inputPerMillion, outputPerMillion: 10 })

it('is found by name, else by the longest matching prefix', () => {
  const prices = { 'gpt-4': price(1), 'gpt-4*': price(2), 'gpt-*': price(3) }
  const found = ['gpt-4', 'gpt-4o', 'gpt-5', 'other', 'gpt-4*', 'toString'].map(
    (name) => priceOf(prices, name)?.inputPerMillion,
  )
  expect(found).toEqual([1, 2, 3, undefined, 2, undefined])
})

it('counts input, output, and cached input', () => {
  const usage = { inputTokens: 1_000_000, outputTokens: 100_000, cachedInputTokens: 400_000 }
  expect(costOf(usage, price(2))).toBe(3)
  expect(costOf(usage, { ...price(2), cachedInputPerMillion: 1 })).toBeCloseTo(2.6, 9)
  expect(costOf(usage, undefined)).toBeUndefined()
})
