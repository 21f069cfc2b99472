import { requireNumber, requireObject, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { ModelUsage } from './usage.ts'

/** What a model costs, in US dollars per million tokens. */
export interface Price {
  readonly inputPerMillion: number
  readonly outputPerMillion: number
  /** For input from the provider's prompt cache. @defaultValue `inputPerMillion` */
  readonly cachedInputPerMillion?: number
  /** For input that is written to the provider's prompt cache. @defaultValue `inputPerMillion` */
  readonly cacheWritePerMillion?: number
}

/** Prices by the name of a model; a name that ends in `*` matches all names with this prefix. */
export type PriceList = Readonly<Record<string, Price>>

const kinds: OptionKinds<Price> = {
  inputPerMillion: 'any',
  outputPerMillion: 'any',
  cachedInputPerMillion: 'any',
  cacheWritePerMillion: 'any',
}

/** @throws OptionError unless it is a price. */
export function requirePrice(option: string, price: Price): void {
  requireObject(option, price, 'a price such as { inputPerMillion: 0.15, outputPerMillion: 0.6 }')
  const checked = requireOptions('a price', price, kinds, option)
  const { inputPerMillion, outputPerMillion, cachedInputPerMillion, cacheWritePerMillion } = checked
  requireNumber(`${option}.inputPerMillion`, inputPerMillion, 0)
  requireNumber(`${option}.outputPerMillion`, outputPerMillion, 0)
  if (cachedInputPerMillion !== undefined) requireNumber(`${option}.cachedInputPerMillion`, cachedInputPerMillion, 0)
  if (cacheWritePerMillion !== undefined) requireNumber(`${option}.cacheWritePerMillion`, cacheWritePerMillion, 0)
}

/** Checks a list of prices. @throws OptionError */
export function requirePrices(prices: PriceList): void {
  requireObject('prices', prices, 'prices by the name of a model')
  for (const [model, price] of Object.entries(prices)) requirePrice(`prices.${model}`, price)
}

/** The price of a model: by its exact name, else by the longest matching prefix; `undefined` if there is none. */
export function priceOf(prices: PriceList, model: string): Price | undefined {
  const exact = Object.hasOwn(prices, model) ? prices[model] : undefined
  if (exact) return exact
  const fitting = Object.keys(prices).filter((name) => name.endsWith('*') && model.startsWith(name.slice(0, -1)))
  const longest = fitting.toSorted((a, b) => b.length - a.length)[0]
  return longest === undefined ? undefined : prices[longest]
}

/** The cost of a usage, in US dollars; `undefined` if the price is not known. */
export function costOf(usage: ModelUsage, price: Price | undefined): number | undefined {
  if (!price) return undefined
  const { inputTokens, outputTokens, cachedInputTokens = 0, cacheWriteTokens = 0 } = usage
  const { inputPerMillion, outputPerMillion } = price
  const { cachedInputPerMillion = inputPerMillion, cacheWritePerMillion = inputPerMillion } = price
  const input =
    (inputTokens - cachedInputTokens - cacheWriteTokens) * inputPerMillion +
    cachedInputTokens * cachedInputPerMillion +
    cacheWriteTokens * cacheWritePerMillion
  return (input + outputTokens * outputPerMillion) / 1_000_000
}
