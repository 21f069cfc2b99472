/**
 * What something took: the calls to models and their tokens, money and working time.
 *
 * Used counts where it is used: of a work that contains others (an activity that asks a model, say), what those take
 * counts for them. Saved counts what reusing a result spares, with all that is contained.
 */
export interface Cost {
  /** Requests to models. One request for several texts counts for each in parts. */
  readonly calls: number
  /** Working time in milliseconds, without waiting in queues. */
  readonly ms: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Those of the input tokens that came from a provider's prompt cache. */
  readonly cachedInputTokens: number
  /** US dollars, as far as prices are known; absent when no price is. */
  readonly usd?: number | undefined
}

/** Costs nothing. */
export const noCost: Cost = { calls: 0, ms: 0, inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 }

/** The sum of two costs. */
export function addCost(a: Cost, b: Cost): Cost {
  const isPriced = a.usd !== undefined || b.usd !== undefined
  return {
    calls: a.calls + b.calls,
    ms: a.ms + b.ms,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    ...(isPriced && { usd: (a.usd ?? 0) + (b.usd ?? 0) }),
  }
}
