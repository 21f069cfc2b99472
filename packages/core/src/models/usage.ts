import { estimateTokenCount } from 'tokenx'

/** What a call took. */
export interface ModelUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Those of the input that the provider had at hand from an earlier call, at a lower price. */
  readonly cachedInputTokens?: number | undefined
  /** Set when the provider told no usage, or one that can't be: then these are estimates. */
  readonly estimated?: boolean | undefined
}

/** About how many tokens a text takes; within some 10 % of what most models count. */
export function estimateTokens(text: string): number {
  return estimateTokenCount(text)
}

/** The sum of some usages. */
export function addUsage(all: readonly ModelUsage[]): ModelUsage {
  const cached = all.reduce((sum, { cachedInputTokens = 0 }) => sum + cachedInputTokens, 0)
  return {
    inputTokens: all.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    outputTokens: all.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
    ...(cached > 0 && { cachedInputTokens: cached }),
    ...(all.some(({ estimated }) => estimated) && { estimated: true }),
  }
}
