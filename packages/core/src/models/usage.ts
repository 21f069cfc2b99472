import { noCost } from '@skein/memory/runtime'
import type { Cost } from '@skein/memory/types'

/** The tokens that a call used. */
export interface ModelUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Input tokens from the provider's prompt cache, at a lower price. */
  readonly cachedInputTokens?: number | undefined
  /** Other input tokens, which were written to it, where that has a price of its own. */
  readonly cacheWriteTokens?: number | undefined
  /** Set when the provider reported no usage, or an impossible one, and these are estimates. */
  readonly estimated?: boolean | undefined
}

/** What a call cost that used this. @param usd - `undefined` where the price is not known. */
export function costOfCall(
  { inputTokens, outputTokens, cachedInputTokens = 0 }: ModelUsage,
  usd: number | undefined,
): Omit<Cost, 'ms'> {
  return { ...noCost, calls: 1, inputTokens, outputTokens, cachedInputTokens, ...(usd !== undefined && { usd }) }
}

/** The sum of some usages. */
export function addUsage(all: readonly ModelUsage[]): ModelUsage {
  const cached = all.reduce((sum, { cachedInputTokens = 0 }) => sum + cachedInputTokens, 0)
  const written = all.reduce((sum, { cacheWriteTokens = 0 }) => sum + cacheWriteTokens, 0)
  return {
    inputTokens: all.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    outputTokens: all.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
    ...(cached > 0 && { cachedInputTokens: cached }),
    ...(written > 0 && { cacheWriteTokens: written }),
    ...(all.some(({ estimated }) => estimated) && { estimated: true }),
  }
}
