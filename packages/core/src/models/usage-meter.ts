/** Adds up what the model calls of an activity use. */
export interface UsageMeter {
  /** Calls that reached the model. */
  modelCalls: number
  /** Calls that were answered from the memory, and the tokens that this saved. */
  reusedCalls: number
  savedTokens: number
  inputTokens: number
  outputTokens: number
}

/** A meter that reads zero. */
export function usageMeter(): UsageMeter {
  return { modelCalls: 0, reusedCalls: 0, savedTokens: 0, inputTokens: 0, outputTokens: 0 }
}
