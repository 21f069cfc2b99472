/** How a shared call is made. */
export interface CallOptions {
  readonly signal?: AbortSignal
  /**
   * Whether an answer that is known, or on its way, will do.
   *
   * @defaultValue true where the temperature is 0 or not given
   */
  readonly share?: boolean
  /** How long the answer may be used again, in milliseconds; for ever when left out. */
  readonly ttlMs?: number
}

/** What is known of an answer beside itself. */
export interface AnswerOrigin {
  /** Whether it was known already, or asked for by somebody else meanwhile. */
  readonly reused: boolean
  /** What it cost when it was made, in US dollars; `undefined` where the price is not known. */
  readonly usd: number | undefined
}
