import type { PriceList } from '@skein/core/executor'

/**
 * OpenAI's list prices in US dollars per million tokens, without discounts for
 * batches, and for requests of up to 272,000 tokens: from gpt-5.4 on, the large models
 * charge up to twice as much above that. From gpt-5.6 on, writing to the prompt cache
 * costs 1.25 times as much as other input. Prices change: pass those of your contract
 * as `prices`.
 *
 * Compared in November 2026 with `@pydantic/genai-prices` 0.1.8 and
 * `@earendil-works/pi-ai` 1.5.2 (which lists no embeddings).
 */
export const openaiPrices: PriceList = {
  'gpt-4o': { inputPerMillion: 2.5, outputPerMillion: 10, cachedInputPerMillion: 1.25 },
  'gpt-4o-20*': { inputPerMillion: 2.5, outputPerMillion: 10, cachedInputPerMillion: 1.25 },
  // The first of them costs more.
  'gpt-4o-2024-05-13': { inputPerMillion: 5, outputPerMillion: 15 },
  'gpt-4o-mini': { inputPerMillion: 0.15, outputPerMillion: 0.6, cachedInputPerMillion: 0.075 },
  'gpt-4o-mini-20*': { inputPerMillion: 0.15, outputPerMillion: 0.6, cachedInputPerMillion: 0.075 },
  'gpt-4.1': { inputPerMillion: 2, outputPerMillion: 8, cachedInputPerMillion: 0.5 },
  'gpt-4.1-20*': { inputPerMillion: 2, outputPerMillion: 8, cachedInputPerMillion: 0.5 },
  'gpt-4.1-mini': { inputPerMillion: 0.4, outputPerMillion: 1.6, cachedInputPerMillion: 0.1 },
  'gpt-4.1-mini-20*': { inputPerMillion: 0.4, outputPerMillion: 1.6, cachedInputPerMillion: 0.1 },
  'gpt-4.1-nano': { inputPerMillion: 0.1, outputPerMillion: 0.4, cachedInputPerMillion: 0.025 },
  'gpt-4.1-nano-20*': { inputPerMillion: 0.1, outputPerMillion: 0.4, cachedInputPerMillion: 0.025 },
  'gpt-5': { inputPerMillion: 1.25, outputPerMillion: 10, cachedInputPerMillion: 0.125 },
  'gpt-5-20*': { inputPerMillion: 1.25, outputPerMillion: 10, cachedInputPerMillion: 0.125 },
  'gpt-5-mini': { inputPerMillion: 0.25, outputPerMillion: 2, cachedInputPerMillion: 0.025 },
  'gpt-5-mini-20*': { inputPerMillion: 0.25, outputPerMillion: 2, cachedInputPerMillion: 0.025 },
  'gpt-5-nano': { inputPerMillion: 0.05, outputPerMillion: 0.4, cachedInputPerMillion: 0.005 },
  'gpt-5-nano-20*': { inputPerMillion: 0.05, outputPerMillion: 0.4, cachedInputPerMillion: 0.005 },
  'gpt-5.1': { inputPerMillion: 1.25, outputPerMillion: 10, cachedInputPerMillion: 0.125 },
  'gpt-5.1-20*': { inputPerMillion: 1.25, outputPerMillion: 10, cachedInputPerMillion: 0.125 },
  'gpt-5.2': { inputPerMillion: 1.75, outputPerMillion: 14, cachedInputPerMillion: 0.175 },
  'gpt-5.2-20*': { inputPerMillion: 1.75, outputPerMillion: 14, cachedInputPerMillion: 0.175 },
  'gpt-5.4': { inputPerMillion: 2.5, outputPerMillion: 15, cachedInputPerMillion: 0.25 },
  'gpt-5.4-20*': { inputPerMillion: 2.5, outputPerMillion: 15, cachedInputPerMillion: 0.25 },
  'gpt-5.4-mini': { inputPerMillion: 0.75, outputPerMillion: 4.5, cachedInputPerMillion: 0.075 },
  'gpt-5.4-mini-20*': { inputPerMillion: 0.75, outputPerMillion: 4.5, cachedInputPerMillion: 0.075 },
  'gpt-5.4-nano': { inputPerMillion: 0.2, outputPerMillion: 1.25, cachedInputPerMillion: 0.02 },
  'gpt-5.4-nano-20*': { inputPerMillion: 0.2, outputPerMillion: 1.25, cachedInputPerMillion: 0.02 },
  'gpt-5.5': { inputPerMillion: 5, outputPerMillion: 30, cachedInputPerMillion: 0.5 },
  'gpt-5.5-20*': { inputPerMillion: 5, outputPerMillion: 30, cachedInputPerMillion: 0.5 },
  'gpt-5.6-sol': { inputPerMillion: 4, outputPerMillion: 20, cachedInputPerMillion: 0.4, cacheWritePerMillion: 5 },
  'gpt-5.6-terra': { inputPerMillion: 2, outputPerMillion: 12, cachedInputPerMillion: 0.2, cacheWritePerMillion: 2.5 },
  'gpt-5.6-luna': {
    inputPerMillion: 0.2,
    outputPerMillion: 1.2,
    cachedInputPerMillion: 0.02,
    cacheWritePerMillion: 0.25,
  },
  'gpt-6-astra': { inputPerMillion: 10, outputPerMillion: 50, cachedInputPerMillion: 1, cacheWritePerMillion: 12.5 },
  o3: { inputPerMillion: 2, outputPerMillion: 8, cachedInputPerMillion: 0.5 },
  'o3-mini': { inputPerMillion: 1.1, outputPerMillion: 4.4, cachedInputPerMillion: 0.55 },
  'o4-mini': { inputPerMillion: 1.1, outputPerMillion: 4.4, cachedInputPerMillion: 0.275 },
  'text-embedding-3-small': { inputPerMillion: 0.02, outputPerMillion: 0 },
  'text-embedding-3-large': { inputPerMillion: 0.13, outputPerMillion: 0 },
}
