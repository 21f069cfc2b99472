import type { ModelUsage } from './usage.ts'

/** What a model costs, in US dollars for a million tokens. */
export interface Price {
  readonly inputPerMillion: number
  readonly outputPerMillion: number
  /** Of input that the provider had at hand. @defaultValue as any other */
  readonly cachedInputPerMillion?: number
}

/** Prices by the name of a model; a name that ends in `*` stands for all that begin so. */
export type PriceList = Readonly<Record<string, Price>>

/** The price of a model: by its name, else by the longest beginning that fits; `undefined` when the list does not know it. */
export function priceOf(prices: PriceList, model: string): Price | undefined {
  const exact = Object.hasOwn(prices, model) ? prices[model] : undefined
  if (exact) return exact
  const fitting = Object.keys(prices).filter((name) => name.endsWith('*') && model.startsWith(name.slice(0, -1)))
  const longest = fitting.toSorted((a, b) => b.length - a.length)[0]
  return longest === undefined ? undefined : prices[longest]
}

/** What a usage costs, in US dollars; `undefined` when the price is not known. */
export function costOf(usage: ModelUsage, price: Price | undefined): number | undefined {
  if (!price) return undefined
  const { inputTokens, outputTokens, cachedInputTokens = 0 } = usage
  const { inputPerMillion, outputPerMillion, cachedInputPerMillion = inputPerMillion } = price
  const input = (inputTokens - cachedInputTokens) * inputPerMillion + cachedInputTokens * cachedInputPerMillion
  return (input + outputTokens * outputPerMillion) / 1_000_000
}
