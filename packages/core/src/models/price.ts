import type { ModelUsage } from './usage.ts'

/** What a model costs, in US dollars per million tokens. */
export interface Price {
  readonly inputPerMillion: number
  readonly outputPerMillion: number
  /** For input from the provider's prompt cache. @defaultValue `inputPerMillion` */
  readonly cachedInputPerMillion?: number
}

/** Prices by the name of a model; a name that ends in `*` matches all names with this prefix. */
export type PriceList = Readonly<Record<string, Price>>

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
  const { inputTokens, outputTokens, cachedInputTokens = 0 } = usage
  const { inputPerMillion, outputPerMillion, cachedInputPerMillion = inputPerMillion } = price
  const input = (inputTokens - cachedInputTokens) * inputPerMillion + cachedInputTokens * cachedInputPerMillion
  return (input + outputTokens * outputPerMillion) / 1_000_000
}
