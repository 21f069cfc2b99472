import type { OptionKinds } from '@skein/memory/runtime'

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
