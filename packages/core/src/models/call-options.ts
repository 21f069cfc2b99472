import type { OptionKinds } from '@skein/memory/runtime'

import { addUsage } from './usage.ts'
import type { ModelUsage } from './usage.ts'

/** How to make a shared call. */
export interface CallOptions {
  readonly signal?: AbortSignal
  /**
   * Whether to reuse a stored answer, or join an equal call that is running.
   *
   * @defaultValue true where the temperature is 0 or not set
   */
  readonly share?: boolean
  /** How long the answer may be reused, in milliseconds. @defaultValue no limit */
  readonly ttlMs?: number
}

/** For {@link CallOptions}. */
export const callKinds: OptionKinds<CallOptions> = { signal: 'object', share: 'boolean', ttlMs: 'number' }

/** Where an answer came from. */
export interface AnswerOrigin {
  /** Whether it was stored, or came from an equal call of someone else. */
  readonly reused: boolean
  /** What computing it cost, in US dollars; `undefined` where the price is not known. */
  readonly usd: number | undefined
}

/** An answer that fits its schema. */
export interface ObjectAnswer<Value> extends AnswerOrigin {
  readonly value: Value
  readonly usage: ModelUsage
}

/** Where an answer came from that was made from others, and what they used. */
export function sumUp(
  outcomes: readonly (AnswerOrigin & { readonly answer: { readonly usage: ModelUsage } })[],
): AnswerOrigin & { usage: ModelUsage } {
  const known = outcomes.every(({ usd }) => usd !== undefined)
  return {
    usage: addUsage(outcomes.map(({ answer }) => answer.usage)),
    reused: outcomes.every(({ reused }) => reused),
    usd: known ? outcomes.reduce((sum, { usd = 0 }) => sum + usd, 0) : undefined,
  }
}
