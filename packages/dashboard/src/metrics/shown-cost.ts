import type { Cost as WholeCost } from '@skein/memory/types'

import type { Cost } from '../protocol/protocol.ts'

/** A cost as metrics show it. */
export function shownCost({ calls, ms, inputTokens, outputTokens, cachedInputTokens, usd = 0 }: WholeCost): Cost {
  const cached = cachedInputTokens > 0 && { cachedTokens: cachedInputTokens }
  return { calls, ms, tokens: inputTokens + outputTokens, ...cached, usd }
}
