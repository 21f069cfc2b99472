import type { Cost as WholeCost } from '@skein/memory/types'

import type { Cost } from '../protocol/protocol.ts'

/** A cost as metrics show it. */
export function shownCost({ calls, ms, inputTokens, outputTokens, usd = 0 }: WholeCost): Cost {
  return { calls, ms, tokens: inputTokens + outputTokens, usd }
}
